import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOf } from "../src/ends.ts";

const local = { address: "2001:db8::1", port: 1 };
const remote = { address: "10.0.0.2", port: 2 };

test("takes the ends of a socket, IPv4 in its own form", () => {
  const socket = { localPort: 1, remoteAddress: "::FFFF:10.0.0.2", remotePort: 2 };
  assert.deepEqual(endsOf({ ...socket, localAddress: local.address }), { local, remote });
  assert.deepEqual(endsOf({ local, remote: { ...remote, address: "::ffff:10.0.0.2" } }), {
    local,
    remote,
  });
});

test("takes no ends of a socket that is not connected", () => {
  const socket = {
    localAddress: local.address,
    localPort: 1,
    remoteAddress: remote.address,
    remotePort: 2,
  };
  assert.notEqual(endsOf(socket), undefined);
  for (const name of Object.keys(socket)) {
    assert.equal(endsOf({ ...socket, [name]: undefined }), undefined, name);
  }
});
