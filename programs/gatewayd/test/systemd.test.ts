import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { inheritedSockets } from "../src/systemd.ts";

const handedOver = { LISTEN_PID: "77", LISTEN_FDS: "2", LISTEN_FDNAMES: "http:fastcgi" };

test("finds the sockets by the names of their units", () => {
  const sockets = inheritedSockets(handedOver, 77);
  assert.deepEqual(
    [...sockets],
    [
      ["http", 3],
      ["fastcgi", 4],
    ],
  );
});

const nothing = {
  "another process was meant": { ...handedOver, LISTEN_PID: "78" },
  "systemd says nothing": {},
  "there are none": { ...handedOver, LISTEN_FDS: "0" },
  "the number is none": { ...handedOver, LISTEN_FDS: "2x" },
  "they have no names": { ...handedOver, LISTEN_FDNAMES: undefined },
  "they share one name": { ...handedOver, LISTEN_FDNAMES: "http:http" },
} satisfies Record<string, Record<string, string | undefined>>;

for (const [when, environment] of Object.entries(nothing)) {
  test(`finds none when ${when}`, () => {
    assert.deepEqual([...inheritedSockets(environment, 77)], []);
  });
}

test("whatever the variables, gives descriptors that systemd spoke of", () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{1,4}$/), fc.constant("a:b::c"));
  fc.assert(
    fc.property(text, text, (LISTEN_FDS, LISTEN_FDNAMES) => {
      const sockets = inheritedSockets({ LISTEN_PID: "1", LISTEN_FDS, LISTEN_FDNAMES }, 1);
      for (const [name, descriptor] of sockets) {
        assert.ok(LISTEN_FDNAMES.split(":").includes(name));
        assert.ok(descriptor >= 3 && descriptor < 3 + Number(LISTEN_FDS));
      }
    }),
  );
});
