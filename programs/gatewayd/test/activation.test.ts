import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { exchange, outcomeOf, paramsOf, requestOf } from "./ask-over-fastcgi.ts";
import { get, headersOf } from "./ask-over-http.ts";
import { folderFor } from "./running.ts";
import { now, sample, visit } from "./sample.ts";

/** A socket that listens, for others to inherit. This process lets go of it before anybody asks. */
async function listenAt(where: { path: string } | { host: string; port: number }) {
  const server = createServer();
  server.listen(where);
  await once(server, "listening");
  const { fd } = (server as unknown as { readonly _handle: { readonly fd: number } })._handle;
  const letGo = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { fd, letGo, address: server.address() };
}

/** As systemd does it: the socket is there before the gateway, and stays when that goes. */
async function openSockets(context: TestContext) {
  const folder = folderFor(context);
  writeFileSync(join(folder, "ticket.pub.pem"), sample.publicKey);
  const path = join(folder, "gateway.sock");
  const unix = await listenAt({ path: `${path}.new` });
  // It would go with the server that made it, by the name that it had then.
  renameSync(`${path}.new`, path);
  const tcp = await listenAt({ host: "127.0.0.1", port: 0 });
  const port = typeof tcp.address === "object" ? (tcp.address?.port ?? 0) : 0;
  const holder = spawn(process.execPath, ["-e", "process.stdin.resume()"], {
    stdio: ["pipe", "ignore", "inherit", unix.fd, tcp.fd],
  });
  context.after(() => end(holder));
  return { folder, path, port, handed: [unix, tcp] as const };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function activate(
  context: TestContext,
  { folder, fds, settings }: { folder: string; fds: readonly number[]; settings: object },
) {
  const program = fileURLToPath(new URL("activated-gateway.ts", import.meta.url));
  const whole = { keys: [{ file: "ticket.pub.pem" }], sites: sample.sites, ...settings };
  const args = [program, folder, String(now), JSON.stringify(whole)];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit", ...fds],
    env: { ...process.env, LISTEN_FDS: String(fds.length), LISTEN_FDNAMES: "one:two" },
  });
  context.after(() => end(child));
  const [addresses] = await once(child.stdout ?? child, "data");
  return { child, addresses: String(addresses).trim() };
}

test("answers on the sockets that it is handed, on a unix socket and on TCP", async (context) => {
  const { folder, path, port, handed } = await openSockets(context);
  const settings = {
    http: ["systemd:one"],
    fastcgi: ["systemd:two"],
    trustedProxies: ["127.0.0.1"],
  };
  const fds = handed.map(({ fd }) => fd);
  const { child, addresses } = await activate(context, { folder, fds, settings });
  await Promise.all(handed.map(({ letGo }) => letGo()));
  assert.equal(addresses, "systemd:one systemd:two");
  assert.equal((await get({ socketPath: path }, "/auth", headersOf(visit))).status, 204);
  const answer = await exchange({ host: "127.0.0.1", port }, requestOf(paramsOf(visit)));
  assert.equal(outcomeOf(answer).kind, "in");
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [0, null]);
  assert.equal(existsSync(path), true, "the socket is systemd's");
});

test("believes nobody on TCP whom it does not know, also on a socket that it is handed", async (context) => {
  const { folder, port, handed } = await openSockets(context);
  const settings = { http: ["systemd:two"], trustedProxies: ["192.0.2.1"] };
  await activate(context, { folder, fds: handed.map(({ fd }) => fd), settings });
  await Promise.all(handed.map(({ letGo }) => letGo()));
  assert.equal((await get({ port }, "/auth", headersOf(visit))).status, 403);
});

test("whoever asks between two gateways waits, and is answered by the second", async (context) => {
  const { folder, path, handed } = await openSockets(context);
  const [{ fd }] = handed;
  const settings = { http: ["systemd:one"] };
  const first = await activate(context, { folder, fds: [fd], settings });
  const second = activate(context, { folder, fds: [fd], settings });
  await Promise.all(handed.map(({ letGo }) => letGo()));
  const asking = Array.from({ length: 20 }, () =>
    get({ socketPath: path }, "/auth", headersOf(visit)),
  );
  first.child.kill("SIGTERM");
  const more = get({ socketPath: path }, "/auth", headersOf(visit));
  await second;
  for (const { status } of await Promise.all([...asking, more])) assert.equal(status, 204);
});
