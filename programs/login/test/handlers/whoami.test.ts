import assert from "node:assert/strict";
import { test } from "node:test";
import { loginWorld } from "../login-world.ts";

const asProgram = { accept: "application/json" };

test("tells programs who is signed in, in JSON", async (context) => {
  const { browser, clock, audited } = await loginWorld(context);
  const visitor = browser();
  const nobody = await visitor.get("/whoami", asProgram);
  assert.equal(nobody.headers.get("content-type"), "application/json");
  assert.deepEqual(await nobody.json(), { signedIn: false });

  await visitor.signIn("ada", "correct horse");
  const someone = await visitor.get("/whoami", asProgram);
  assert.equal(someone.headers.get("vary"), "Accept, Cookie");
  assert.deepEqual(await someone.json(), {
    signedIn: true,
    user: "Ada",
    tokens: ["staff", "ops"],
    validUntil: clock.now + 28800,
    inGrace: false,
    signInId: audited[0]?.signInId,
  });
});

test("shows browsers a page, or the sign-in page", async (context) => {
  const visitor = (await loginWorld(context)).browser();
  assert.equal((await visitor.get("/whoami")).headers.get("location"), "/login");
  assert.equal((await visitor.get("/")).headers.get("location"), "/login");
  await visitor.signIn("ada", "correct horse");
  assert.equal((await visitor.get("/")).headers.get("location"), "/whoami");
  const page = await (await visitor.get("/whoami")).text();
  assert.match(page, /<dd>Ada<\/dd>[\s\S]*<li>staff<\/li><li>ops<\/li>[\s\S]*2027-01-15 16:00 UTC/);
});
