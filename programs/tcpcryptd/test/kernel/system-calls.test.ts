import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, Socket } from "node:net";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Family, SystemCallFailure } from "../../src/kernel/kernel.ts";
import { systemCalls } from "../../src/kernel/system-calls.ts";

const loopback = { 4: "127.0.0.1", 6: "::1" } as const;

for (const family of [4, 6] as const satisfies readonly Family[]) {
  test(`makes a listening socket and one that connects to it, IPv${family}`, async (t) => {
    const calls = systemCalls();
    const listening = calls.tcpSocket({
      family,
      bind: { address: loopback[family], port: 0 },
      backlog: 8,
    });
    const server = createServer((socket) => socket.end("hello"));
    t.after(() => server.close());
    await new Promise<void>((listens) => server.listen({ fd: listening }, listens));
    const port = calls.boundPort(listening);
    assert.equal(port, (server.address() as AddressInfo).port);

    const socket = new Socket({ fd: calls.tcpSocket({ family }) });
    socket.connect({ host: loopback[family], port });
    assert.equal(Buffer.concat(await socket.toArray()).toString(), "hello");
  });
}

const others = { 4: "127.0.0.2", 6: "::1" } as const;

for (const family of [4, 6] as const satisfies readonly Family[]) {
  test(`leaves from an address, and gets a port when it connects, IPv${family}`, async (t) => {
    const calls = systemCalls();
    const server = createServer().listen(0, loopback[family]);
    t.after(() => server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const fd = calls.tcpSocket({ family, source: others[family] });
    assert.equal(calls.boundPort(fd), 0);
    const socket = new Socket({ fd });
    socket.connect({ host: loopback[family], port });
    const [accepted] = (await once(server, "connection")) as [Socket];
    assert.equal(accepted.remoteAddress, others[family]);
    accepted.destroy();
    socket.destroy();
  });
}

test("a listening IPv6 socket leaves the port free for IPv4", () => {
  const calls = systemCalls();
  const six = calls.tcpSocket({ family: 6, bind: { address: "::", port: 0 }, backlog: 1 });
  const port = calls.boundPort(six);
  const four = calls.tcpSocket({ family: 4, bind: { address: "0.0.0.0", port }, backlog: 1 });
  calls.close(six);
  calls.close(four);
});

test("a failure names the call and the error", () => {
  const calls = systemCalls();
  const elsewhere = { family: 4, bind: { address: "192.0.2.1", port: 0 } } as const;
  assert.throws(
    () => calls.tcpSocket(elsewhere),
    ({ call, code, message }: SystemCallFailure) => {
      assert.deepEqual([call, code, message], ["bind", "EADDRNOTAVAIL", "bind: EADDRNOTAVAIL"]);
      return true;
    },
  );
  assert.throws(() => calls.close(-1), { call: "close", code: "EBADF" });
});

test("refuses an address of the other family before the kernel sees it", () => {
  const mixed = { family: 4, bind: { address: "::1", port: 0 } } as const;
  assert.throws(() => systemCalls().tcpSocket(mixed), RangeError);
});

test("a connection without a redirection has no original destination", () => {
  const calls = systemCalls();
  const fd = calls.tcpSocket({ family: 4 });
  assert.throws(() => calls.originalDestination(fd, 4), { call: "getsockopt" });
  calls.close(fd);
});

test("an unmarked socket has mark 0", () => {
  const calls = systemCalls();
  const fd = calls.tcpSocket({ family: 4 });
  assert.equal(calls.markOf(fd), 0);
  calls.close(fd);
});

test("asks the kernel by netlink and waits for its answer", async () => {
  const calls = systemCalls();
  const fd = calls.netlinkSocket(0, 1 << 16);
  const buffer = new Uint8Array(1 << 16);
  assert.equal(calls.receive(fd, buffer), undefined);
  assert.equal(await calls.waitReadable(fd, 0), false);

  // RTM_GETLINK (18) for all interfaces: header (16 bytes) and struct ifinfomsg (16).
  const request = new DataView(new ArrayBuffer(32));
  request.setUint32(0, 32, true);
  request.setUint16(4, 18, true);
  request.setUint16(6, 0x301, true);
  calls.send(fd, new Uint8Array(request.buffer));
  assert.equal(await calls.waitReadable(fd, 5000), true);
  const length = calls.receive(fd, buffer);
  assert.ok(length !== undefined && length >= 32);
  calls.close(fd);
});

test("an address in memory stays where it is", () => {
  const calls = systemCalls();
  const bytes = new Uint8Array(16);
  assert.equal(calls.addressOf(bytes), calls.addressOf(bytes));
  assert.equal(calls.addressOf(bytes.subarray(3)), calls.addressOf(bytes) + 3n);
});

test("a connection that is closed abruptly ends in a reset", async (t) => {
  const calls = systemCalls();
  const server = createServer((socket) => {
    calls.resetOnClose(fdOf(socket), true);
    socket.destroy();
  }).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const [error] = await once(connect({ port, host: "127.0.0.1" }).resume(), "error");
  assert.equal(error.code, "ECONNRESET");
});

test("the last bytes wait for the end of the stream, and go out with it", async (t) => {
  const calls = systemCalls();
  const server = createServer({ noDelay: true }, async (socket) => {
    calls.waitForFullSegments(fdOf(socket));
    socket.write("first ");
    // The other end reads all that has arrived before the next turn but one.
    await setImmediate();
    await setImmediate();
    socket.end("last");
  }).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const received: string[] = [];
  const socket = connect({ port, host: "127.0.0.1" }).on("data", (bytes) => {
    received.push(bytes.toString());
  });
  await once(socket, "close");
  assert.deepEqual(received, ["first last"]);
});

test("tells who is at the other end of a unix socket", async (t) => {
  const server = createServer().listen(`\0countersign-${process.pid}`);
  t.after(() => server.close());
  const client = connect(`\0countersign-${process.pid}`);
  const [accepted] = await once(server, "connection");
  const { pid, uid, gid } = systemCalls().peerCredentials(fdOf(accepted));
  assert.deepEqual([pid, uid, gid], [process.pid, process.getuid?.(), process.getgid?.()]);
  client.destroy();
  accepted.destroy();
});

test("a process that never dumps has no room for a core", () => {
  const script = `
    const { systemCalls } = await import(${JSON.stringify(import.meta.resolve("../../src/kernel/system-calls.ts"))});
    systemCalls().neverDump();
    const { readFileSync } = await import("node:fs");
    process.stdout.write(readFileSync("/proc/self/limits", "utf8"));
  `;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  assert.match(stdout, /^Max core file size +0 +0 +bytes/m);
});

test("bpf(2) refuses a command that does not exist", () => {
  assert.throws(() => systemCalls().bpf(9999, new Uint8Array(16)), { call: "bpf" });
});

function fdOf(socket: Socket): number {
  return (socket as unknown as { _handle: { fd: number } })._handle.fd;
}
