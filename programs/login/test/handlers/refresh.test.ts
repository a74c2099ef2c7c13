import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeTicket, readTicketUnverified } from "@countersign/ticket";
import type { Users } from "../../src/users.ts";
import { type Browser, loginWorld, wiki } from "../login-world.ts";

const path = `/refresh?back=${encodeURIComponent(wiki)}`;
const loginPath = "/login?back=https%3A%2F%2Fwiki.example.com%2Fpage%3Fa%3D1%26b%3D%25272";
const href = new URL(wiki).href;
const ticketOf = (browser: Browser) =>
  readTicketUnverified(decodeTicket(browser.cookies.get("auth_pubtkt") ?? ""));

test("in the grace period a ticket is renewed without a password, and keeps its sign-in id", async (context) => {
  const { browser, clock, users, audited } = await loginWorld(context);
  const visitor = browser();
  await visitor.signIn("ada", "correct horse");
  const before = ticketOf(visitor);
  await users.change("ada", { tokens: ["staff"] });
  clock.now += 28000;
  const answer = await visitor.get(path);
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get("location"), href);
  const renewed = ticketOf(visitor);
  assert.equal(renewed.validUntil, clock.now + 28800);
  assert.equal(renewed.signInId, before.signInId);
  assert.deepEqual(renewed.tokens, ["staff"]);
  assert.equal(audited.at(-1)?.event, "renewal");
});

test("many tabs can renew at once, and each gets a valid ticket", async (context) => {
  const { browser, clock } = await loginWorld(context);
  const visitor = browser();
  await visitor.signIn("ada", "correct horse");
  clock.now += 28000;
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      visitor.get(`/refresh?back=https://wiki.example.com/${index}`),
    ),
  );
  for (const answer of answers)
    assert.match(answer.headers.get("location") ?? "", /^https:\/\/wiki/);
  const who = await visitor.get("/whoami", { accept: "*/*" });
  assert.partialDeepStrictEqual(await who.json(), { signedIn: true });
});

test("tabs one after the other are no loop, one page again and again is", async (context) => {
  const { browser } = await loginWorld(context);
  const visitor = browser();
  await visitor.signIn("ada", "correct horse");
  for (let index = 0; index < 20; index++) {
    const answer = await visitor.get(`/refresh?back=https://wiki.example.com/${index}`);
    assert.equal(answer.status, 303);
  }
  for (let turn = 0; turn < 5; turn++) assert.equal((await visitor.get(path)).status, 303);
  const broken = await visitor.get(path);
  assert.equal(broken.status, 508);
  assert.match(await broken.text(), /keeps asking for renewal[\s\S]*Try once more/);
});

test("without a valid ticket the way leads to the sign-in page, with the same return address", async (context) => {
  const { browser, clock } = await loginWorld(context);
  const visitor = browser();
  assert.equal((await visitor.get(path)).headers.get("location"), loginPath);
  visitor.cookies.set("auth_pubtkt", "uid%3Dada%3Bvaliduntil%3D9999999999%3Bsig%3DAAAA");
  assert.equal((await visitor.get(path)).headers.get("location"), loginPath);
  visitor.cookies.clear();
  await visitor.signIn("ada", "correct horse");
  clock.now += 28801;
  const answer = await visitor.get(path);
  assert.equal(answer.headers.get("location"), loginPath.replace("?", "?reason=expired&"));
  assert.equal(answer.headers.getSetCookie().length, 0);
});

for (const [what, change] of Object.entries({
  "was removed": (users) => users.remove("ada"),
  "was disabled": (users) => users.change("ada", { disabled: true }),
} satisfies Record<string, (users: Users) => Promise<unknown>>)) {
  test(`nothing is renewed once the user ${what}, and the ticket is taken away`, async (context) => {
    const { browser, users, audited } = await loginWorld(context);
    const visitor = browser();
    await visitor.signIn("ada", "correct horse");
    await change(users);
    assert.equal((await visitor.get(path)).headers.get("location"), loginPath);
    assert.equal(visitor.cookies.has("auth_pubtkt"), false);
    assert.equal(audited.at(-1)?.reason, "user-not-allowed");
  });
}

test("nothing is renewed once the password was changed after the ticket was issued", async (context) => {
  const { browser, users, clock, audited } = await loginWorld(context);
  const visitor = browser();
  await visitor.signIn("ada", "correct horse");
  // The users' clock of this world is 1000 seconds behind.
  clock.now += 1001;
  await users.setPassword("ada", "battery staple");
  assert.equal((await visitor.get(path)).headers.get("location"), loginPath);
  assert.equal(audited.at(-1)?.reason, "password-changed");
});

test("when the database fails, nothing is renewed and the ticket stays", async (context) => {
  const { browser, opened } = await loginWorld(context);
  const visitor = browser();
  await visitor.signIn("ada", "correct horse");
  await opened.close();
  const answer = await visitor.get(path);
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.getSetCookie().length, 0);
});

test("without a return address the way leads to /whoami", async (context) => {
  const visitor = (await loginWorld(context)).browser();
  await visitor.signIn("ada", "correct horse");
  assert.equal((await visitor.get("/refresh")).headers.get("location"), "/whoami");
});
