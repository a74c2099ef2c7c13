import assert from "node:assert/strict";
import { test } from "node:test";
import { cliReference } from "../src/reference.ts";

const page = cliReference();

test("has a section for every command and subcommand", () => {
  const sections = [...page.matchAll(/^## countersign (.*)$/gm)].map(([, name]) => name);
  assert.deepEqual(
    sections.filter((name) => !name?.startsWith("demo")),
    [
      ...["keys", "keys new", "keys show", "keys list"],
      ...["ticket", "ticket issue", "ticket verify", "ticket show"],
      ...["users", "users add", "users passwd", "users list", "users remove", "users tokens"],
      ...["login", "gateway"],
      ...["tcpcrypt", "tcpcrypt up", "tcpcrypt down", "tcpcrypt status", "tcpcrypt connections"],
      ...["tcpcrypt session-id", "tcpcrypt watch"],
      ...["check", "explain", "migrate", "migrate apache"],
    ],
  );
});

test("names options with their choices, defaults and duties", () => {
  assert.match(
    page,
    /\| `--type <type>` \| .* \(one of ed25519, ecdsa, rsa, dsa; default ed25519\)/,
  );
  assert.match(page, /\| `--uid <name>` \| the user's name \(required\) \|/);
});

test("has no two lines for one option in a section, and no line that is too wide for a table", () => {
  for (const section of page.split(/^## /m)) {
    const options = [...section.matchAll(/^\| `(--[\w-]+)/gm)].map(([, name]) => name);
    assert.equal(new Set(options).size, options.length);
  }
});
