import assert from "node:assert/strict";
import { test } from "node:test";
import { readPcap } from "../namespaces/pcap.ts";
import { optionOf } from "../namespaces/tcp-packet.ts";

const fileHeader = "d4c3b2a1020004000000000000000000ffff000001000000";
const ethernet = "0200000000010200000000020800";
const ethernet6 = "02000000000102000000000286dd";
/** From port 40000 to port 80, SYN with ECE and CWR; MSS, NOP, NOP, ENO; two bytes "hi". */
const tcp = "9c40005000000001000000007" + "0c2ffff00000000" + "020405b4" + "0101" + "4502" + "6869";
const ipv4 = "4502003200000000400600" + "00" + "c0000201" + "c0000202";
const ipv6 =
  "60200000001e" + "0640" + "20010db8000000000000000000000001" + "20010db8000000000000000000000002";

test("reads addresses, ports, flags, options and payload of IPv4", () => {
  const [packet, ...others] = readPcap(file(ethernet + ipv4 + tcp));
  assert.equal(others.length, 0);
  assert.deepEqual(packet?.from, { address: "192.0.2.1", port: 40000 });
  assert.deepEqual(packet?.to, { address: "192.0.2.2", port: 80 });
  assert.deepEqual([...packet.flags], ["syn", "ece", "cwr"]);
  assert.equal(packet.ecn, 2);
  assert.equal(packet.at, 1.5);
  assert.deepEqual(hex(optionOf(packet, 69)), "4502");
  assert.deepEqual(hex(optionOf(packet, 2)), "020405b4");
  assert.equal(optionOf(packet, 3), undefined);
  assert.equal(hex(packet.payload), "6869");
});

test("reads IPv6, with addresses in their short form", () => {
  const [packet] = readPcap(file(ethernet6 + ipv6 + tcp));
  assert.deepEqual(packet?.from, { address: "2001:db8::1", port: 40000 });
  assert.deepEqual(packet?.to, { address: "2001:db8::2", port: 80 });
  assert.equal(packet.ecn, 2);
});

test("what follows the packet is no payload, and other protocols are left out", () => {
  const padded = readPcap(file(`${ethernet + ipv4 + tcp}0000`));
  assert.equal(hex(padded[0]?.payload), "6869");
  assert.deepEqual(readPcap(file(ethernet + ipv4.replace("4006", "4011") + tcp)), []);
});

test("a file that still grows gives what is whole", () => {
  const whole = file(ethernet + ipv4 + tcp, ethernet6 + ipv6 + tcp);
  const first = file(ethernet + ipv4 + tcp);
  for (let length = 0; length <= whole.length; length++) {
    const count = readPcap(whole.subarray(0, length)).length;
    assert.equal(count, length === whole.length ? 2 : length >= first.length ? 1 : 0);
  }
});

test("another kind of file is refused", () => {
  assert.throws(() => readPcap(Buffer.alloc(24)), /pcap/);
});

function file(...packets: readonly string[]): Buffer {
  const records = packets.map((packet) => {
    const header = Buffer.alloc(16);
    header.writeUInt32LE(1, 0);
    header.writeUInt32LE(500_000, 4);
    header.writeUInt32LE(packet.length / 2, 8);
    header.writeUInt32LE(packet.length / 2, 12);
    return header.toString("hex") + packet;
  });
  return Buffer.from(fileHeader + records.join(""), "hex");
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("hex");
}
