import assert from "node:assert/strict";
import { test } from "node:test";
import { createMap, loadProgram, lookUp, remove } from "../../../src/kernel/bpf/bpf-calls.ts";
import type { SystemCallFailure, SystemCalls } from "../../../src/kernel/kernel.ts";
import { systemCalls } from "../../../src/kernel/system-calls.ts";

const key = new Uint8Array(4);
const map = { fd: 9, valueLength: 8 };

/** A kernel that answers calls of bpf(2) in turn: a number, or the error. */
function kernelThat(...answers: readonly (number | string)[]) {
  const attrs: DataView[] = [];
  const closed: number[] = [];
  const calls: SystemCalls = {
    ...systemCalls(),
    addressOf: () => 0x1234n,
    close: (fd) => void closed.push(fd),
    bpf(command, attr) {
      const copy = new DataView(attr.slice().buffer);
      const answer = answers[attrs.length] ?? 0;
      attrs.push(copy);
      if (typeof answer === "number") return answer;
      throw Object.assign(new Error(`bpf ${command}`), { call: "bpf", code: answer });
    },
  };
  return { calls, attrs, closed };
}

test("a program is loaded again when a signal was pending", () => {
  const { calls, attrs } = kernelThat("EAGAIN", "EAGAIN", 7);
  assert.equal(loadProgram(calls, new Uint8Array(16), "name"), 7);
  assert.equal(attrs.length, 3);
});

test("a program that is refused is loaded once more, for the log", () => {
  const { calls, attrs } = kernelThat("EACCES", "EACCES");
  assert.throws(
    () => loadProgram(calls, new Uint8Array(16), "name"),
    ({ message, cause }: Error) => {
      assert.match(message, /^the kernel refuses the program name:\n/);
      assert.equal((cause as SystemCallFailure).code, "EACCES");
      return true;
    },
  );
  // Log level: none, then all.
  assert.deepEqual(
    attrs.map((attr) => attr.getUint32(24, true)),
    [0, 1],
  );
});

test("what is not in a map is no failure", () => {
  assert.equal(lookUp(kernelThat("ENOENT").calls, map, key), undefined);
  assert.equal(remove(kernelThat("ENOENT").calls, map.fd, key), false);
  assert.equal(remove(kernelThat(0).calls, map.fd, key), true);
  assert.deepEqual(lookUp(kernelThat(0).calls, map, key), new Uint8Array(8));
  assert.throws(() => lookUp(kernelThat("EBADF").calls, map, key), { code: "EBADF" });
});

test("storage for sockets brings its description, which is closed again", () => {
  const { calls, attrs, closed } = kernelThat(50, 51);
  const shape = { type: "socket storage", name: "n", keyLength: 4, valueLength: 8 } as const;
  assert.equal(createMap(calls, shape), 51);
  assert.equal(attrs[1]?.getUint32(48, true), 50);
  assert.deepEqual(closed, [50]);
});
