import assert from "node:assert/strict";
import { test } from "node:test";
import { createJournal, type Journal } from "../src/demo/journal.ts";
import { planDemo } from "../src/demo/plan.ts";
import type { Terminal } from "../src/terminal.ts";

const [wiki] = planDemo(8400, "data").sites;
const away = { site: wiki, user: undefined, status: 307 };
const sso = "http://sso.demo.localhost:8400";

const cases: readonly [string, (journal: Journal) => void][] = [
  ["✓ sso   ada signed in", ({ audit }) => audit('{"event":"sign-in","user":"ada"}')],
  [
    "✗ sso   name and password do not match (unknown-user)",
    ({ audit }) => audit('{"event":"sign-in-refused","user":"unknown","reason":"unknown-user"}'),
  ],
  ["✗ sso   something-new", ({ audit }) => audit('{"event":"something-new"}')],
  [
    "✓ wiki  /edit: shown to ada (200)",
    ({ visit }) =>
      visit({ site: wiki, path: "/edit", user: "ada", status: 200, location: undefined }),
  ],
  [
    "✗ wiki  /: refused (400)",
    ({ visit }) => visit({ ...away, path: "/", status: 400, location: undefined }),
  ],
  [
    "→ wiki  /: no ticket: please sign in",
    ({ visit }) => visit({ ...away, path: "/", location: `${sso}/login?back=x` }),
  ],
  [
    "→ wiki  /: ticket due for renewal",
    ({ visit }) => visit({ ...away, path: "/", location: `${sso}/refresh?back=x` }),
  ],
  [
    "→ wiki  /: ticket no longer valid: please sign in again",
    ({ visit }) => visit({ ...away, path: "/", location: `${sso}/login?reason=expired` }),
  ],
  [
    "→ wiki  /\\u{1b}[2J: the right is missing",
    ({ visit }) => visit({ ...away, path: "/\x1b[2J", location: `${sso}/login?reason=forbidden` }),
  ],
];

for (const [line, tell] of cases) {
  test(`tells: ${line}`, () => {
    let written = "";
    const stdout = { write: (text: string) => (written += text) };
    const terminal = { stdout, environment: {}, now: () => 0 } as unknown as Terminal;
    tell(createJournal(terminal));
    assert.match(written, /^ {2}\d\d:\d\d:\d\d {2}/);
    assert.equal(written.slice(12), `${line}\n`);
  });
}
