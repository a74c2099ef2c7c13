import assert from "node:assert/strict";
import { test } from "node:test";
import { createOwners, readOwner, socketRequest } from "../../src/control/owners.ts";
import { systemCalls } from "../../src/kernel/system-calls.ts";
import { endsOf, loopback } from "./loopback.ts";

const local = { address: "10.0.0.1", port: 0x1234 };
const remote = { address: "10.0.0.2", port: 80 };

test("asks as the kernel's inet_diag_req_v2 lays it out", () => {
  const { type, flags, body } = socketRequest(local, remote);
  assert.deepEqual([type, flags, body.length], [20, 1, 56]);
  assert.equal(
    Buffer.from(body).toString("hex"),
    `02060000ffffffff12340050${"0a000001"}${"00".repeat(12)}${"0a000002"}${"00".repeat(12)}` +
      `00000000${"ff".repeat(8)}`,
  );
});

test("asks nothing about ends of two families", () => {
  assert.throws(() => socketRequest(local, { address: "::1", port: 80 }), RangeError);
});

function answer(state: number, ports: readonly [number, number], uid: number) {
  const body = new Uint8Array(72);
  const view = new DataView(body.buffer);
  view.setUint8(1, state);
  view.setUint16(4, ports[0]);
  view.setUint16(6, ports[1]);
  view.setUint32(64, uid, true);
  return { type: 20, flags: 0, sequence: 1, body };
}

test("takes nobody but the connection's own socket for its owner", () => {
  const established = 1;
  assert.equal(readOwner(answer(established, [0x1234, 80], 1000), local, remote), 1000);
  assert.equal(readOwner(answer(10, [0x1234, 80], 1000), local, remote), undefined);
  assert.equal(readOwner(answer(6, [0x1234, 80], 0), local, remote), undefined);
  assert.equal(readOwner(answer(established, [0x1234, 0], 1000), local, remote), undefined);
  const cut = { ...answer(1, [0x1234, 80], 7), body: new Uint8Array(71) };
  assert.equal(readOwner(cut, local, remote), undefined);
});

const places = {
  IPv4: ["127.0.0.1", "127.0.0.1"],
  IPv6: ["::1", "::1"],
  "IPv4 at a server that listens on ::": ["::", "127.0.0.1"],
} as const;

for (const [name, [host, address]] of Object.entries(places)) {
  test(`${name}: the kernel tells whose both sockets of a connection are, until they are closed`, async () => {
    const owners = createOwners(systemCalls());
    const connection = await loopback(host, address);
    const ends = [endsOf(connection.client), endsOf(connection.accepted)];
    for (const { local, remote } of ends) {
      assert.equal(owners.ownerOf(local, remote), process.getuid?.());
      // A listening socket has that port, and is not that connection.
      const other = { ...remote, port: remote.port === 1 ? 2 : 1 };
      assert.equal(owners.ownerOf(local, other), undefined);
    }
    await connection[Symbol.asyncDispose]();
    for (const { local, remote } of ends) assert.equal(owners.ownerOf(local, remote), undefined);
    owners.close();
  });
}
