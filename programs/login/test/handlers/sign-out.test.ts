import assert from "node:assert/strict";
import { test } from "node:test";
import { loginWorld } from "../login-world.ts";

test("signing out asks first, and a GET changes nothing", async (context) => {
  const visitor = (await loginWorld(context)).browser();
  await visitor.signIn("ada", "correct horse");
  const answer = await visitor.get("/logout");
  assert.match(await answer.text(), /Sign out\?[\s\S]*<form method="post" action="\/logout">/);
  assert.equal(visitor.cookies.has("auth_pubtkt"), true);
});

test("signing out takes the ticket away with the attributes it was given with", async (context) => {
  const { browser, audited } = await loginWorld(context);
  const visitor = browser();
  await visitor.signIn("ada", "correct horse");
  const token = await visitor.formToken("/logout");
  const answer = await visitor.post("/logout", { token });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get("location"), "/logout");
  assert.equal(answer.headers.get("clear-site-data"), '"cache", "storage"');
  assert.deepEqual(answer.headers.getSetCookie(), [
    "auth_pubtkt=; Domain=example.com; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax",
  ]);
  assert.equal(audited.at(-1)?.event, "sign-out");
  assert.equal(audited.at(-1)?.signInId, audited[0]?.signInId);
  assert.match(await (await visitor.get("/logout")).text(), /You are signed out/);
});

test("signing out twice does no harm, and is noted once", async (context) => {
  const { browser, audited } = await loginWorld(context);
  const visitor = browser();
  await visitor.signIn("ada", "correct horse");
  const token = await visitor.formToken("/logout");
  await visitor.post("/logout", { token });
  assert.equal((await visitor.post("/logout", { token })).status, 303);
  assert.equal(audited.filter(({ event }) => event === "sign-out").length, 1);
});
