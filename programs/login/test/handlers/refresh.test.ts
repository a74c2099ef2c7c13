import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  createIssuer,
  decodeTicket,
  encodeTicket,
  importPrivateKey,
  readTicketUnverified,
  type TicketFields,
} from "@countersign/ticket";
import { beginSignIn } from "../../src/sign-in.ts";
import type { Users } from "../../src/users.ts";
import {
  type Browser,
  defaultSettings,
  type LoginWorld,
  loginWorld,
  wiki,
} from "../login-world.ts";

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

test("a ticket of the very second of the change is not renewed, one of the new password is", async (context) => {
  const { browser, users, clock, audited } = await loginWorld(context);
  const visitor = browser();
  await visitor.signIn("ada", "correct horse");
  clock.now += 1000;
  for (const password of ["battery staple", "staple battery"]) {
    await users.setPassword("ada", password);
    assert.equal((await visitor.get(path)).headers.get("location"), loginPath);
    assert.equal(audited.at(-1)?.reason, "password-changed");
    clock.now -= 1000;
    await visitor.signIn("ada", password);
    assert.equal((await visitor.get(path)).headers.get("location"), href);
    clock.now += 1000;
  }
});

/** What only others who hold the key write, and what a ticket of ours would have. */
const foreign = {
  "for another host": [{ audience: ["evil.example.com"] }, "wrong-audience"],
  "for this host alone": [{ audience: ["sso.example.com"] }, "restricted-ticket"],
  "bound to a key": [{ confirmationKey: "A".repeat(43) }, "unconfirmed-key"],
  "without a sign-in id": [{ signInId: undefined }, "unknown-sign-in"],
  "of another issuer's sign-in": [{ signInId: "a-sign-in" }, "unknown-sign-in"],
  "that does not say when it was issued": [{ issuedAt: undefined }, "unknown-sign-in"],
  "issued before its sign-in began": [{ issuedAt: 1_799_999_999 }, "unknown-sign-in"],
} satisfies Record<string, [Partial<TicketFields>, string]>;

for (const [what, [fields, refusal]] of Object.entries(foreign)) {
  test(`a ticket ${what} gets no successor, and the way leads to the sign-in form`, async (context) => {
    const world = await loginWorld(context);
    const visitor = world.browser();
    visitor.cookies.set("auth_pubtkt", ticketOfTheKey(world, fields));
    const answer = await visitor.get(path);
    assert.equal(answer.headers.getSetCookie().length, 0);
    const location = answer.headers.get("location") ?? "";
    assert.match(location, /^\/login\?.*back=https%3A%2F%2Fwiki/);
    assert.match(await (await visitor.get(location)).text(), /<form method="post"/);
    if (refusal === "wrong-audience" || refusal === "unconfirmed-key") return;
    assert.deepEqual(
      [world.audited.at(-1)?.event, world.audited.at(-1)?.reason],
      ["renewal-refused", refusal],
    );
  });
}

test("a ticket with all that ours have is renewed", async (context) => {
  const world = await loginWorld(context);
  const visitor = world.browser();
  visitor.cookies.set("auth_pubtkt", ticketOfTheKey(world, {}));
  assert.equal((await visitor.get(path)).headers.get("location"), href);
});

function ticketOfTheKey({ world, clock }: LoginWorld, fields: Partial<TicketFields>): string {
  const pem = readFileSync(join(world.baseFolder, "ticket.pem"), "utf8");
  const issuer = createIssuer(importPrivateKey(pem));
  return encodeTicket(
    issuer.issue({
      uid: "Ada",
      validUntil: clock.now + 100,
      issuedAt: clock.now,
      signInId: beginSignIn(clock.now).id,
      ...fields,
    }),
  );
}

test("no renewal goes beyond the longest time of a sign-in, however often it is done", async (context) => {
  const { browser, clock } = await loginWorld(context);
  const visitor = browser();
  await visitor.signIn("ada", "correct horse");
  const end = clock.now + 86_400;
  const ends: number[] = [];
  for (let hour = 1; hour < 23; hour++) {
    clock.now += 3_600;
    assert.equal((await visitor.get(`/refresh?back=https://wiki.example.com/${hour}`)).status, 303);
    ends.push(ticketOf(visitor).validUntil);
  }
  assert.equal(Math.max(...ends), end);
  assert.equal(ends[0], end - 86_400 + 3_600 + 28_800);
});

test("in the grace period of its last ticket, a sign-in ends with the form, and the ticket stays", async (context) => {
  const { browser, clock, audited } = await loginWorld(context);
  const visitor = browser();
  await visitor.signIn("ada", "correct horse");
  for (let renewal = 0; renewal < 3; renewal++) {
    clock.now += 28_000;
    assert.equal((await visitor.get(path)).headers.get("location"), href);
  }
  const last = ticketOf(visitor);
  clock.now = (last.graceAfter ?? 0) + 1;
  const answer = await visitor.get(path);
  assert.equal(answer.headers.get("location"), loginPath.replace("?", "?reason=not-renewed&"));
  assert.equal(answer.headers.getSetCookie().length, 0);
  assert.equal(audited.at(-1)?.reason, "sign-in-too-old");
  const form = await (await visitor.get(answer.headers.get("location") ?? "")).text();
  assert.match(form, /can no longer be renewed[\s\S]*<form method="post"/);
  const token = /name="token" value="([^"]+)"/.exec(form)?.[1] ?? "";
  await visitor.post("/login", { token, username: "ada", password: "correct horse" });
  assert.equal((await visitor.get(path)).headers.get("location"), href);
});

test("a sign-in that is too old by shorter settings is not renewed", async (context) => {
  const settings = (maxSignInSeconds: number) => ({
    ticket: {
      ...defaultSettings().ticket,
      lifetimeSeconds: 600,
      graceSeconds: 60,
      maxSignInSeconds,
    },
  });
  const { browser, clock, users, audited } = await loginWorld(context, settings(1_000));
  await users.change("ada", { lifetimeSeconds: 5_000 });
  const visitor = browser();
  await visitor.signIn("ada", "correct horse");
  await users.change("ada", { lifetimeSeconds: undefined });
  clock.now += 1_000;
  assert.match((await visitor.get(path)).headers.get("location") ?? "", /reason=not-renewed/);
  assert.equal(audited.at(-1)?.reason, "sign-in-too-old");
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
