import assert from "node:assert/strict";
import { test } from "node:test";
import { isSameAddress } from "@countersign/ticket";
import fc from "fast-check";
import { type ListenAddress, listenAddress, writeListenAddress } from "../src/listen-address.ts";

const read: Record<string, ListenAddress> = {
  "127.0.0.1:8400": { kind: "tcp", host: "127.0.0.1", port: 8400 },
  "0.0.0.0:0": { kind: "tcp", host: "0.0.0.0", port: 0 },
  "[::1]:65535": { kind: "tcp", host: "::1", port: 65535 },
  "unix:/run/countersign/x.sock": { kind: "unix", path: "/run/countersign/x.sock" },
  "unix:./x.sock": { kind: "unix", path: "./x.sock" },
};

for (const [text, address] of Object.entries(read)) {
  test(`reads ${text} and writes it again`, () => {
    assert.deepEqual(listenAddress.parse(text), address);
    assert.equal(writeListenAddress(address), text);
  });
}

const refused = [
  "",
  "8400",
  ":8400",
  "127.0.0.1",
  "127.0.0.1:",
  "127.0.0.1:65536",
  "127.0.0.1:08400",
  "127.0.0.1:-1",
  "[127.0.0.1]:80",
  "[]:80",
  "[::1%lo]:80",
  "::1:80",
  "localhost:80",
  "*:80",
  " 127.0.0.1:80",
  "127.0.0.1:80\n",
  "http://127.0.0.1:80",
  "unix:",
  "unix:/a\0b",
  `unix:/${"x".repeat(107)}`,
];

for (const text of refused) {
  test(`refuses ${JSON.stringify(text).slice(0, 40)}`, () => {
    assert.match(listenAddress.safeParse(text).error?.issues[0]?.message ?? "", /listen on/);
  });
}

test("what it reads, it writes in a form that reads the same", () => {
  const host = fc.oneof(
    fc.ipV4(),
    fc.ipV6().map((address) => `[${address}]`),
  );
  fc.assert(
    fc.property(host, fc.integer({ min: 0, max: 65535 }), (name, port) => {
      const address = listenAddress.parse(`${name}:${port}`);
      assert.deepEqual(listenAddress.parse(writeListenAddress(address)), address);
      assert.ok(address.kind === "tcp" && isSameAddress(address.host, name.replace(/[[\]]/g, "")));
      assert.equal(address.port, port);
    }),
  );
});

test("whatever the text, gives an address that it writes and reads again, or says what would be right", () => {
  const path = fc.string({ unit: "binary", maxLength: 120 }).map((text) => `unix:${text}`);
  fc.assert(
    fc.property(fc.oneof(fc.string(), path), (text) => {
      const { data, error } = listenAddress.safeParse(text);
      if (data === undefined) {
        assert.match(error?.issues[0]?.message ?? "", /listen on/);
        return;
      }
      assert.deepEqual(listenAddress.parse(writeListenAddress(data)), data);
      if (data.kind === "unix") assert.ok(Buffer.byteLength(data.path) <= 107);
    }),
  );
});
