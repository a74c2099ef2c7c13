import assert from "node:assert/strict";
import { test } from "node:test";
import { loginWorld, wiki } from "./login-world.ts";

const credentials = { username: "ada", password: "correct horse" };

const forged = {
  "another site's Origin": { origin: "https://evil.example" },
  "a sibling's Origin": { origin: "https://wiki.example.com" },
  "an Origin of null": { origin: "null" },
  "the same host over plain HTTP": { origin: "http://sso.example.com" },
  "Sec-Fetch-Site: cross-site": { "sec-fetch-site": "cross-site" },
  "Sec-Fetch-Site: same-site": { "sec-fetch-site": "same-site" },
  "two words in Sec-Fetch-Site": { "sec-fetch-site": "same-origin, cross-site" },
};

for (const [what, headers] of Object.entries(forged)) {
  test(`refuses every form with ${what}, even with the right token`, async (context) => {
    const { browser, audited } = await loginWorld(context);
    const visitor = browser();
    const token = await visitor.formToken("/login");
    for (const path of ["/login", "/logout"]) {
      const answer = await visitor.post(path, { token, ...credentials }, headers);
      assert.equal(answer.status, 403);
      assert.equal(answer.headers.getSetCookie().length, 0);
    }
    assert.deepEqual(
      audited.map(({ event, reason }) => [event, reason]),
      [
        ["forged-form", "foreign-origin"],
        ["forged-form", "foreign-origin"],
      ],
    );
  });
}

test("refuses a form without the token, and with another browser's", async (context) => {
  const { browser } = await loginWorld(context);
  const [visitor, attacker] = [browser(), browser()];
  const stolen = await attacker.formToken("/login");
  await visitor.get("/login");
  for (const token of ["", stolen]) {
    for (const path of ["/login", "/logout"]) {
      assert.equal((await visitor.post(path, { token, ...credentials })).status, 403);
    }
  }
  const answer = await visitor.post("/login", { ...credentials, back: wiki });
  assert.match(await answer.text(), /no longer valid[\s\S]*href="\/login\?back=https%3A%2F%2Fwiki/);
});

test("a browser that sends neither Origin nor Sec-Fetch-Site is held to its token alone", async (context) => {
  const { browser, answer } = await loginWorld(context);
  const visitor = browser();
  const token = await visitor.formToken("/login");
  const cookie = [...visitor.cookies].map((pair) => pair.join("=")).join("; ");
  const send = (fields: object) =>
    answer(
      new Request("https://sso.example.com/login", {
        method: "POST",
        body: new URLSearchParams({ ...fields, ...credentials }),
        headers: { cookie },
      }),
      "192.0.2.7",
    );
  assert.equal((await send({})).status, 403);
  assert.equal((await send({ token })).status, 303);
});

test("too many failures get 429 in plain words, alike for known and unknown names", async (context) => {
  const { browser, audited } = await loginWorld(context);
  const pages = new Set<string>();
  for (const username of ["ada", "eve"]) {
    for (let attempt = 0; attempt < 10; attempt++) {
      const visitor = browser();
      visitor.address = `10.0.${attempt}.${username.length}`;
      assert.equal((await visitor.signIn(username, "wrong")).status, 403);
    }
    const visitor = browser();
    visitor.address = "198.51.100.1";
    const answer = await visitor.signIn(username, "correct horse");
    assert.equal(answer.status, 429);
    const seconds = Number(answer.headers.get("retry-after"));
    assert.ok(seconds > 880 && seconds <= 900);
    pages.add(await answer.text());
  }
  assert.equal(pages.size, 1);
  assert.match([...pages][0] ?? "", /Too many attempts[\s\S]*Please try again in 15 minutes/);
  const { user, reason } = audited.at(-1) ?? {};
  assert.deepEqual([user, reason], ["unknown", "perUser"]);
});

test("signing in forgets earlier failures of that user", async (context) => {
  const { browser } = await loginWorld(context);
  for (let round = 0; round < 3; round++) {
    for (let attempt = 0; attempt < 9; attempt++) await browser().signIn("ada", "wrong");
    assert.equal((await browser().signIn("Ada", "correct horse")).status, 303);
  }
});

test("when too many passwords are being checked, the visitor is asked to come back", async (context) => {
  const { browser, audited, reported } = await loginWorld(context, {
    passwords: { running: 1, waiting: 0 },
  });
  const visitors = [browser(), browser(), browser()];
  const answers = await Promise.all(
    visitors.map((visitor) => visitor.signIn("ada", "correct horse")),
  );
  const statuses = answers.map((answer) => answer.status).sort();
  assert.deepEqual(statuses, [303, 503, 503]);
  const busy = answers.find((answer) => answer.status === 503);
  assert.equal(busy?.headers.get("retry-after"), "2");
  assert.equal(audited.filter(({ reason }) => reason === "busy").length, 2);
  assert.deepEqual(reported, []);
});

test("a visitor who was asked to come back has not used up an attempt", async (context) => {
  const { browser } = await loginWorld(context, { passwords: { running: 1, waiting: 0 } });
  for (let round = 0; round < 3; round++) {
    const visitors = Array.from({ length: 6 }, browser);
    const answers = await Promise.all(visitors.map((visitor) => visitor.signIn("ada", "wrong")));
    const statuses = answers.map((answer) => answer.status).sort();
    assert.deepEqual(statuses, [403, 503, 503, 503, 503, 503]);
  }
  assert.equal((await browser().signIn("ada", "correct horse")).status, 303);
});

test("an address from a stranger's X-Forwarded-For opens no new account of attempts", async (context) => {
  const { browser } = await loginWorld(context);
  const visitor = browser();
  const token = await visitor.formToken("/login");
  let last = 0;
  for (let attempt = 0; attempt < 51; attempt++) {
    const fields = { token, username: `user${attempt}`, password: "wrong" };
    const spoofed = {
      "x-forwarded-for": `203.0.${attempt}.1`,
      forwarded: `for=203.0.${attempt}.1`,
    };
    last = (await visitor.post("/login", fields, spoofed)).status;
  }
  assert.equal(last, 429);
});
