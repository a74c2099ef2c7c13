import assert from "node:assert/strict";
import { test } from "node:test";
import { loginWorld, wiki } from "../login-world.ts";

const path = `/continue?back=${encodeURIComponent(wiki)}`;

test("a browser that lost the cookie gets the likely causes instead of a loop", async (context) => {
  const visitor = (await loginWorld(context)).browser();
  await visitor.signIn("ada", "correct horse", wiki);
  visitor.cookies.delete("auth_pubtkt");
  const answer = await visitor.get(path);
  assert.equal(answer.status, 400);
  const page = await answer.text();
  assert.match(
    page,
    /did not keep the sign-in[\s\S]*Cookies are blocked[\s\S]*https:\/\/sso\.example\.com/,
  );
  assert.doesNotMatch(page, /http-equiv="refresh"/);
});

test("without a return address signing in ends at /whoami", async (context) => {
  const visitor = (await loginWorld(context)).browser();
  const answer = await visitor.signIn("ada", "correct horse");
  assert.equal(answer.headers.get("location"), "/continue");
  assert.equal((await visitor.get("/continue")).headers.get("location"), "/whoami");
});
