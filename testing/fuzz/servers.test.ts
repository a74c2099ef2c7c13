import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { atEnd } from "../kit/cleanup.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { growth } from "./growth.ts";
import { fastCgiInput, httpInput, now, publicKey, sites } from "./inputs.ts";
import type { Random } from "./random.ts";
import { tryInputs } from "./run.ts";

const maxGrowthBytes = 1_000_000;
const amount = { inputs: 25_000, seconds: 20 };
const atOnce = 32;
const patienceMs = 10_000;

for (const [name, inputOf] of [
  ["http", httpInput],
  ["fastcgi", fastCgiInput],
] as const) {
  test(`gatewayd over ${name} bears whatever arrives: it answers or closes, and keeps nothing`, async (context) => {
    const { child, sockets } = await start(context);
    const path = sockets[name];
    const held: number[] = [];
    await tryInputs(context, amount, (random) => sendInPieces(path, inputOf(random), random), {
      atOnce,
      async betweenRounds() {
        const { heldBytes, unexpected } = await report(child);
        assert.deepEqual(unexpected, []);
        held.push(heldBytes);
      },
    });
    context.diagnostic(`held: ${held}`);
    assert.ok(growth(held) < maxGrowthBytes, `${held}`);
    assert.match(await metrics(sockets.http), /^countersign_connections 1$/m);
  });
}

async function start(context: TestContext) {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, "ticket.pub.pem"), publicKey);
  const sockets = { http: join(folder, "http.sock"), fastcgi: join(folder, "fastcgi.sock") };
  const settings = {
    http: [`unix:${sockets.http}`],
    fastcgi: [`unix:${sockets.fastcgi}`],
    keys: [{ file: "ticket.pub.pem" }],
    sites,
  };
  const program = new URL("fuzzed-gateway.ts", import.meta.url);
  const child = fork(program, [folder, JSON.stringify(settings), String(now)]);
  atEnd(context, async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.send("stop");
      await once(child, "exit");
    }
    assert.equal(child.exitCode, 0);
  });
  await once(child, "message");
  return { child, sockets };
}

interface Report {
  readonly heldBytes: number;
  readonly unexpected: readonly string[];
}

async function report(child: ChildProcess): Promise<Report> {
  assert.equal(child.exitCode, null, "gatewayd ended");
  child.send("report");
  const [message] = await once(child, "message");
  return message as Report;
}

/** Sends the bytes, says that there are no more, and waits until the server is done with them. */
function sendInPieces(path: string, bytes: Buffer, random: Random): Promise<void> {
  const cut = random.chance(0.3) ? random.int(bytes.length + 1) : bytes.length;
  const vanishes = random.chance(0.05);
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    const hung = setTimeout(() => {
      reject(new Error(`no end to ${bytes.toString("base64")}`));
      socket.destroy();
    }, patienceMs);
    socket.on("error", (error: NodeJS.ErrnoException) => {
      // The server may have had enough before all was sent.
      if (error.code !== "EPIPE" && error.code !== "ECONNRESET") reject(error);
    });
    socket.once("close", () => {
      clearTimeout(hung);
      resolve();
    });
    socket.resume();
    socket.write(bytes.subarray(0, cut));
    setImmediate(() => {
      if (vanishes) socket.destroy();
      else socket.end(bytes.subarray(cut));
    });
  });
}

function metrics(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: "/metrics", agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text += piece;
      });
      response.once("end", () => resolve(text));
    })
      .once("error", reject)
      .end();
  });
}
