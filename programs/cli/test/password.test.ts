import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { newPassword } from "../src/password.ts";
import type { Terminal } from "../src/terminal.ts";

function terminalTyping(typed: string) {
  const modes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true as const,
    setRawMode(this: never, mode: boolean) {
      modes.push(mode);
      return this;
    },
  });
  stdin.end(typed);
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const terminal: Terminal = {
    stdin,
    stdout,
    stderr,
    environment: {},
    now: () => 0,
    exitWith: () => {},
    exitNow: () => {},
    onSignal: () => {},
  };
  const shown = async () => {
    stdout.end();
    stderr.end();
    return (await text(stdout)) + (await text(stderr));
  };
  return { terminal, modes, shown };
}

const accepted = {
  "twice the same": "correct horse\rcorrect horse\r",
  "line breaks of any kind": "correct horse\ncorrect horse\n",
  "a letter corrected": "correct hosr\u007f\u007frse\rcorrect horse\r",
  "a line begun again": "wrong\u0015correct horse\rcorrect horse\r",
};

for (const [name, typed] of Object.entries(accepted)) {
  test(`takes a typed password and shows none of it: ${name}`, async () => {
    const { terminal, modes, shown } = terminalTyping(typed);
    const { password, isGenerated } = await newPassword(terminal, {});
    assert.deepEqual([password, isGenerated], ["correct horse", false]);
    assert.deepEqual(modes, [true, false]);
    assert.equal(await shown(), "New password: \nThe same again: \n");
  });
}

const refused = {
  "two that differ": ["correct horse\rcorrect house\r", /differ/],
  "an interruption": ["correct\u0003", /no password was typed/],
  "the end of input": ["correct\u0004", /no password was typed/],
  "a terminal that is gone": ["correct", /no password was typed/],
} satisfies Record<string, [string, RegExp]>;

for (const [name, [typed, message]] of Object.entries(refused)) {
  test(`takes no password from ${name}, and gives the terminal back`, async () => {
    const { terminal, modes } = terminalTyping(typed);
    await assert.rejects(newPassword(terminal, {}), message);
    assert.equal(modes.at(-1), false);
  });
}
