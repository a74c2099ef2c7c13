import assert from "node:assert/strict";
import { test } from "node:test";
import { announcement } from "../src/demo/announcement.ts";
import { planDemo } from "../src/demo/plan.ts";
import type { Terminal } from "../src/terminal.ts";

const state = { password: "aaaaa-bbbbb-ccccc-ddddd", publicKey: "", isNew: true };
const escapeCharacter = String.fromCharCode(27);

function announced(isTTY: boolean, environment: Record<string, string> = {}): string {
  const terminal = { stdout: { isTTY }, environment } as unknown as Terminal;
  return announcement(terminal, planDemo(8400, "data"), state);
}

test("the announcement fits into 80 columns and names what one needs", () => {
  const text = announced(false);
  for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  for (const needed of [
    "http://wiki.demo.localhost:8401",
    "http://shop.demo.localhost:8402",
    "http://sso.demo.localhost:8400",
    "http://127.0.0.1:8403/check",
    "ada",
    "hasty",
    state.password,
    "--config data/login.yaml",
    "Ctrl-C",
  ]) {
    assert.ok(text.includes(needed), needed);
  }
});

test("it has colour on a terminal only, and not where NO_COLOR asks for none", () => {
  assert.ok(announced(true).includes(escapeCharacter));
  assert.ok(!announced(false).includes(escapeCharacter));
  assert.ok(!announced(true, { NO_COLOR: "1" }).includes(escapeCharacter));
});
