import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { connectionOf, readSaid } from "../../src/tcpcrypt/connection.ts";

const known = {
  local: { address: "198.51.100.1", port: 80 },
  remote: { address: "192.0.2.7", port: 40_000 },
};

test("reads both ends of the visitor's connection", () => {
  const visit = { clientAddress: "192.0.2.7" };
  assert.deepEqual(connectionOf(visit, readSaid("192.0.2.7,40000,198.51.100.1,80")), known);
});

test("knows an address in every form, and gives the one that the daemon knows", () => {
  const mapped = readSaid("::ffff:192.0.2.7,40000,[::FFFF:198.51.100.1],80");
  assert.deepEqual(connectionOf({ clientAddress: "::ffff:192.0.2.7" }, mapped), known);
  const ipv6 = readSaid("2001:DB8:0::7,40000,[2001:db8::1],80");
  assert.deepEqual(connectionOf({ clientAddress: "2001:db8::7" }, ipv6), {
    local: { address: "2001:db8::1", port: 80 },
    remote: { address: "2001:db8::7", port: 40_000 },
  });
});

test("knows nothing of the visitor's own connection where another proxy has it", () => {
  const said = readSaid("10.0.0.1,40000,198.51.100.1,80");
  assert.equal(connectionOf({ clientAddress: "192.0.2.7" }, said), undefined);
});

for (const said of [
  "",
  "192.0.2.7",
  "192.0.2.7,40000,198.51.100.1",
  "192.0.2.7,0,198.51.100.1,80",
  "192.0.2.7,65536,198.51.100.1,80",
  "192.0.2.7,040000,198.51.100.1,80",
  "192.0.2.7,4e4,198.51.100.1,80",
  "192.0.2.7,40000,unix:/run/nginx.sock,80",
  "192.0.2.7,40000,198.51.100.1, 80",
  "192.0.2.7,40000,198.51.100.1,80\n",
]) {
  test(`finds no connection in ${JSON.stringify(said)}`, () => {
    assert.equal(connectionOf({ clientAddress: "192.0.2.7" }, readSaid(said)), undefined);
  });
}

test("whatever is said, gives ends with addresses and ports, or nothing", () => {
  const part = fc.oneof(fc.constantFrom("192.0.2.7", "::1", "80", "", "[::1]"), fc.string());
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), part, (parts, clientAddress) => {
      const connection = connectionOf({ clientAddress }, readSaid(parts.join(",")));
      if (connection === undefined) return;
      for (const { address, port } of [connection.local, connection.remote]) {
        assert.match(address, /^[0-9a-f.:]+$/);
        assert.ok(Number.isInteger(port) && port >= 1 && port <= 65_535);
      }
    }),
  );
});
