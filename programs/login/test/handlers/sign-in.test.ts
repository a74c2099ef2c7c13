import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { decodeTicket, readTicketUnverified } from "@countersign/ticket";
import { createRoutes } from "../../src/routes.ts";
import {
  Browser,
  defaultSettings,
  type LoginWorld,
  loginWorld,
  origin,
  wiki,
} from "../login-world.ts";

const ticketOf = (browser: Browser) =>
  readTicketUnverified(decodeTicket(browser.cookies.get("auth_pubtkt") ?? ""));
const withBack = (path: string, more = "") => `${path}?back=${encodeURIComponent(wiki)}${more}`;

test("signing in gives a ticket and leads back by way of a page of ours", async (context) => {
  const { browser, clock } = await loginWorld(context);
  const visitor = browser();
  const answer = await visitor.signIn("ada", "correct horse", wiki);
  assert.equal(answer.status, 303);
  assert.equal(
    answer.headers.get("location"),
    `/continue?back=${encodeURIComponent(wiki).replace("'", "%2527")}`,
  );
  const ticket = ticketOf(visitor);
  assert.equal(ticket.uid, "Ada");
  assert.deepEqual(ticket.tokens, ["staff", "ops"]);
  assert.equal(ticket.issuedAt, clock.now);
  assert.equal(ticket.validUntil, clock.now + 28800);
  assert.equal(ticket.graceAfter, clock.now + 28800 - 3600);
  assert.equal(ticket.clientAddress, undefined);

  const next = await visitor.get(answer.headers.get("location") ?? "");
  const page = await next.text();
  assert.equal(next.status, 200);
  assert.match(
    page,
    /<meta http-equiv="refresh" content="0; url=https:\/\/wiki\.example\.com\/page\?a=1&#38;b=%272">/,
  );
});

test("the ticket cookie is for the whole domain, for TLS and not for scripts", async (context) => {
  const answer = await (await loginWorld(context)).browser().signIn("ada", "correct horse");
  const cookie = answer.headers.getSetCookie().find((value) => value.startsWith("auth_pubtkt="));
  assert.match(cookie ?? "", /; Domain=example\.com; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
});

test("every sign-in has an id of its own, and ends the form cookie from before", async (context) => {
  const visitor = (await loginWorld(context)).browser();
  await visitor.signIn("ada", "correct horse");
  const first = ticketOf(visitor).signInId;
  assert.equal(visitor.cookies.has("__Host-countersign_form"), false);
  const token = await visitor.formToken("/login?reason=switch");
  await visitor.post("/login", { token, username: "ada", password: "correct horse" });
  assert.match(first ?? "", /^[0-9a-z]{6}-[\w-]{12}$/);
  assert.notEqual(ticketOf(visitor).signInId, first);
});

test("unknown, wrong and disabled get the same answer, byte for byte", async (context) => {
  const { browser, audited } = await loginWorld(context);
  const answers = new Set<string>();
  for (const [username, password] of [
    ["eve", "correct horse"],
    ["ada", "wrong"],
    ["bob", "correct horse"],
    ["a b", ""],
  ] as const) {
    const visitor = browser();
    const answer = await visitor.signIn(username, password, wiki);
    assert.equal(visitor.cookies.has("auth_pubtkt"), false);
    const page = (await answer.text()).replace(/name="token" value="[^"]+"/, "");
    answers.add(`${answer.status} ${page.replace(`value="${username}"`, "")}`);
  }
  assert.equal(answers.size, 1);
  assert.match([...answers][0] ?? "", /^403 .*role="alert">That name and password do not match\./s);
  assert.deepEqual(
    audited.map(({ user, reason }) => [user, reason]),
    [
      ["unknown", "unknown-user"],
      ["Ada", "wrong-password"],
      ["bob", "disabled"],
      ["unknown", "unknown-user"],
    ],
  );
});

test("a password typed into the name field is in no log", async (context) => {
  const { browser, audited, reported } = await loginWorld(context);
  await browser().signIn("my-secret-password", "ada");
  assert.doesNotMatch(JSON.stringify([audited, reported]), /my-secret-password/);
});

test("neither ticket nor password is in any log", async (context) => {
  const { browser, audited, reported } = await loginWorld(context);
  const visitor = browser();
  await visitor.signIn("ada", "correct horse");
  const logs = JSON.stringify([audited, reported]);
  assert.doesNotMatch(logs, /correct horse|sig=|validuntil/);
  assert.deepEqual(audited, [
    {
      time: "2027-01-15T08:00:00.000Z",
      event: "sign-in",
      user: "Ada",
      address: "192.0.2.7",
      signInId: ticketOf(visitor).signInId,
    },
  ]);
});

for (const back of [
  "https://evil.example/",
  "//evil.example",
  "javascript:alert(1)",
  "https://wiki.example.com@evil.example/",
]) {
  test(`a refused return address (${back}) is explained, and nothing else happens`, async (context) => {
    const visitor = (await loginWorld(context)).browser();
    const shown = await visitor.get(`/login?back=${encodeURIComponent(back)}`);
    assert.equal(shown.status, 400);
    const page = await shown.text();
    assert.match(page, /This link leads somewhere else/);
    assert.doesNotMatch(page, /<form|href="(?!\/)|http-equiv="refresh"/);
    const token = await visitor.formToken("/login");
    const sent = await visitor.post("/login", {
      token,
      username: "ada",
      password: "correct horse",
      back,
    });
    assert.equal(sent.status, 400);
    assert.equal(sent.headers.has("location"), false);
    assert.equal(visitor.cookies.has("auth_pubtkt"), false);
    for (const path of ["/refresh", "/continue"]) {
      assert.equal((await visitor.get(`${path}?back=${encodeURIComponent(back)}`)).status, 400);
    }
  });
}

test("what the visitor typed comes back as text only", async (context) => {
  const visitor = (await loginWorld(context)).browser();
  const answer = await visitor.signIn(
    `"><script>alert(1)</script>`,
    "x",
    'https://wiki.example.com/"><b>',
  );
  const page = await answer.text();
  assert.doesNotMatch(page, /<script>|"><b>/);
  assert.match(page, /value="&#34;&#62;&#60;script&#62;/);
});

test("the form can be used without a mouse, a password manager finds it, and nothing is inline", async (context) => {
  const page = await (await (await loginWorld(context)).browser().get(withBack("/login"))).text();
  assert.match(page, /<html lang="en">/);
  assert.match(
    page,
    /<label for="username">[\s\S]*id="username"[^>]*autocomplete="username"[^>]*autofocus/,
  );
  assert.match(
    page,
    /<label for="password">[\s\S]*id="password"[^>]*autocomplete="current-password"/,
  );
  assert.doesNotMatch(page, /<style|style=|<script(?![^>]*src=)|\son\w+=/);
});

/** A visitor who has signed in. */
async function signedIn(
  context: TestContext,
  changes = {},
): Promise<{ visitor: Browser; all: LoginWorld }> {
  const all = await loginWorld(context, changes);
  const visitor = all.browser();
  await visitor.signIn("ada", "correct horse");
  return { visitor, all };
}

test("someone with a valid ticket is never redirected from /login, so no site can make a loop", async (context) => {
  const { visitor } = await signedIn(context);
  for (const reason of [
    "",
    "&reason=expired",
    "&reason=forbidden",
    "&reason=address",
    "&reason=switch",
    "&ip=192.0.2.99",
    "&reason=nonsense",
  ]) {
    const answer = await visitor.get(withBack("/login", reason));
    assert.equal(answer.headers.has("location"), false, reason);
    assert.doesNotMatch(await answer.text(), /http-equiv="refresh"/, reason);
  }
});

const pages = {
  "": [200, /You are signed in[\s\S]*Go on to wiki\.example\.com/],
  "&reason=forbidden": [403, /You lack the right for this page[\s\S]*<li>staff<\/li><li>ops<\/li>/],
  "&reason=expired": [200, /Go on to wiki\.example\.com/],
  "&reason=address": [200, /another network address[\s\S]*192\.0\.2\.7/],
  "&ip=192.0.2.99": [200, /another network address/],
  "&reason=switch": [200, /<form method="post" action="\/login">/],
  "&reason=old-sign-in": [200, /asks for a fresh sign-in[\s\S]*<form method="post"/],
  "&reason=not-renewed": [200, /can no longer be renewed[\s\S]*<form method="post"/],
} as const;

for (const [reason, [status, words]] of Object.entries(pages)) {
  test(`a visitor with a valid ticket and ${reason || "no reason"} sees the fitting page`, async (context) => {
    const { visitor } = await signedIn(context);
    const answer = await visitor.get(withBack("/login", reason));
    assert.equal(answer.status, status);
    assert.match(await answer.text(), words);
  });
}

const reasons = {
  "&reason=expired": /timed out\. Please sign in again/,
  "&reason=expired-post": /what you just sent was not saved/,
  "&reason=address": /network address has changed/,
  "&ip=192.0.2.99": /network address has changed/,
} as const;

for (const [reason, words] of Object.entries(reasons)) {
  test(`a visitor without a ticket and with ${reason} is told why`, async (context) => {
    const answer = await (await loginWorld(context)).browser().get(withBack("/login", reason));
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), words);
  });
}

test("an expired ticket tells its own reason", async (context) => {
  const { visitor, all } = await signedIn(context);
  all.clock.now += 28801;
  assert.match(await (await visitor.get(withBack("/login"))).text(), /timed out/);
});

test("a ticket bound to an address is refused from another, and the page says so", async (context) => {
  const ticket = { ...defaultSettings().ticket, bindClientAddress: true };
  const { visitor } = await signedIn(context, { ticket });
  assert.equal(ticketOf(visitor).clientAddress, "192.0.2.7");
  visitor.address = "192.0.2.8";
  assert.match(await (await visitor.get(withBack("/login"))).text(), /network address has changed/);
});

test("a ticket that should be bound is not issued to an unknown address", async (context) => {
  const ticket = { ...defaultSettings().ticket, bindClientAddress: true };
  const { opened } = await loginWorld(context, { ticket });
  const nobody = createRoutes(opened.login);
  const visitor = new Browser((request) => nobody(request, undefined), origin);
  assert.equal((await visitor.signIn("ada", "correct horse")).status, 503);
  assert.equal(visitor.cookies.has("auth_pubtkt"), false);
});

test("a user's own times go before the settings'", async (context) => {
  const all = await loginWorld(context);
  await all.users.change("ada", { lifetimeSeconds: 100 });
  const visitor = all.browser();
  await visitor.signIn("ada", "correct horse");
  assert.equal(ticketOf(visitor).validUntil, all.clock.now + 100);
  assert.equal(ticketOf(visitor).graceAfter, all.clock.now + 50);
});

test("a form without a name or with two is no sign-in", async (context) => {
  const visitor = (await loginWorld(context)).browser();
  const token = await visitor.formToken("/login");
  assert.equal((await visitor.post("/login", { token, password: "x" })).status, 400);
});

test("when the database fails, the visitor sees 503 and learns nothing else", async (context) => {
  const all = await loginWorld(context);
  const visitor = all.browser();
  const token = await visitor.formToken("/login");
  await all.opened.close();
  const answer = await visitor.post("/login", {
    token,
    username: "ada",
    password: "correct horse",
  });
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get("retry-after"), "10");
  assert.doesNotMatch(await answer.text(), /database|sqlite|login\.db/i);
  assert.deepEqual(all.audited.at(-1)?.reason, "database-failed");
  assert.match(all.reported.join(), /login\.db/);
});

test("tells the operator which site the settings may lack, and nothing of its address but that", async (context) => {
  const { browser, reported } = await loginWorld(context);
  for (const back of ["http://wiki.example.com:8080/secret?secret=1", "//evil.example/secret"]) {
    await browser().get(`/login?${new URLSearchParams({ back })}`);
  }
  assert.equal(reported.length, 1);
  assert.match(
    reported.join(),
    /`sites` does not list: \{"origin":"http:\/\/wiki\.example\.com:8080"\}/,
  );
});
