import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseRequest, writeAnswer } from "../../src/control/protocol.ts";

const local = { address: "10.0.0.1", port: 40000 };
const remote = { address: "10.0.0.2", port: 80 };
const ask = (more: object) => parseRequest(JSON.stringify({ v: 1, id: 1, ...more }));

test("reads each question", () => {
  for (const word of ["session", "flush", "rekey"] as const) {
    assert.deepEqual(ask({ ask: word, local, remote }), { id: 1, ask: word, local, remote });
  }
  for (const word of ["connections", "status", "watch", "stop"] as const) {
    assert.deepEqual(ask({ ask: word }), { id: 1, ask: word });
  }
});

test("takes addresses in any spelling, and IPv4 within IPv6 as IPv4", () => {
  const asked = ask({
    ask: "session",
    local: { address: "::ffff:10.0.0.1", port: 40000 },
    remote: { address: "2001:DB8:0::2", port: 80 },
  });
  assert.deepEqual(asked, {
    ...{ id: 1, ask: "session", local },
    remote: { address: "2001:db8::2", port: 80 },
  });
});

test("ignores members that it does not know", () => {
  assert.deepEqual(ask({ ask: "status", colour: "blue" }), { id: 1, ask: "status" });
});

const wrong: Record<string, [line: string, id: number | null, error: string]> = {
  "no JSON": ["hello", null, "bad-request"],
  "no object": ["[1]", null, "bad-request"],
  null: ["null", null, "bad-request"],
  "no id": ['{"v":1,"ask":"status"}', null, "bad-request"],
  "an id that is no whole number": ['{"v":1,"id":1.5,"ask":"status"}', null, "bad-request"],
  "a negative id": ['{"v":1,"id":-1,"ask":"status"}', null, "bad-request"],
  "another version": ['{"v":2,"id":3,"ask":"status"}', 3, "bad-version"],
  "no version": ['{"id":3,"ask":"status"}', 3, "bad-version"],
  "an unknown question": ['{"v":1,"id":4,"ask":"toString"}', 4, "bad-request"],
  "a session of nothing": ['{"v":1,"id":5,"ask":"session"}', 5, "bad-request"],
  "a host name": [
    '{"v":1,"id":6,"ask":"session","local":{"address":"localhost","port":1},"remote":{"address":"::1","port":1}}',
    6,
    "bad-request",
  ],
  "port 0": [
    '{"v":1,"id":7,"ask":"rekey","local":{"address":"::1","port":0},"remote":{"address":"::1","port":1}}',
    7,
    "bad-request",
  ],
  "a port as text": [
    '{"v":1,"id":7,"ask":"rekey","local":{"address":"::1","port":"1"},"remote":{"address":"::1","port":1}}',
    7,
    "bad-request",
  ],
};

for (const [name, [line, id, error]] of Object.entries(wrong)) {
  test(`rejects ${name}, with the number as far as it can be read`, () => {
    const { message, ...rejected } = { message: "", ...parseRequest(line) };
    assert.deepEqual(rejected, { id, error });
    assert.match(message, /^expected /);
  });
}

test("reads any line without failing, and repeats nothing of it", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
      const request = parseRequest(line);
      if ("error" in request) assert.match(request.message, /^expected [\w ,.]+$/);
    }),
  );
});

test("writes an answer on one line", () => {
  assert.equal(writeAnswer(7, { done: true }), '{"v":1,"id":7,"done":true}\n');
  const line = writeAnswer(null, { error: "bad-request", message: "two\nlines" });
  assert.equal(line.indexOf("\n"), line.length - 1);
});
