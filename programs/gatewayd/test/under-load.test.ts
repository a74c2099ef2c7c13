import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { RecordReader, recordType } from "@countersign/fastcgi";
import { startGateway } from "../src/main.ts";
import { exchange, paramsOf, requestOf } from "./ask-over-fastcgi.ts";
import { headersOf } from "./ask-over-http.ts";
import { folderFor, settingsFrom, worldIn } from "./running.ts";
import { now, sample, visit } from "./sample.ts";

const headers = headersOf(visit);
const question = requestOf(paramsOf(visit));

/** What visitors see of one request: an answer, or that nobody listens any more. */
type Seen = "answered" | "nobody there";

/** One request of a web server that keeps its connections. */
function askKept(agent: Agent, socketPath: string): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const sent = request({ agent, socketPath, path: "/auth", headers }, (response) => {
      response.resume();
      response.once("end", () => {
        if (response.statusCode === 204) resolve("answered");
        else reject(new Error(`answered ${response.statusCode}`));
      });
    });
    sent.once("error", (error) => afterError(error, sent.reusedSocket, resolve, reject));
    sent.end();
  });
}

function afterError(
  error: NodeJS.ErrnoException,
  isReused: boolean,
  resolve: (seen: Seen) => void,
  reject: (error: Error) => void,
): void {
  // Nothing was sent where nobody listens; everything else is a request that was lost.
  if (!isReused && (error.code === "ENOENT" || error.code === "ECONNREFUSED")) {
    resolve("nobody there");
  } else reject(error);
}

/** One request over FastCGI, as Apache makes them: on a connection of its own. */
async function askOnce(path: string): Promise<Seen> {
  try {
    const answer = await exchange({ path }, question);
    assert.match(answer, /^Status: 200\b/);
    return "answered";
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === "connect" && (code === "ENOENT" || code === "ECONNREFUSED")) {
      return "nobody there";
    }
    throw error;
  }
}

/** Requests one after the other over FastCGI on one connection, until it is closed between two. */
async function askMany(path: string): Promise<number> {
  const socket = connect({ path });
  const kept = Buffer.from(question);
  kept[10] = 1; // The flag to keep the connection, after a header of 8 bytes and the role.
  const reader = new RecordReader();
  let isWaiting = false;
  let answers = 0;
  function ask() {
    isWaiting = true;
    socket.write(kept);
  }
  socket.once("connect", ask);
  socket.on("data", (piece) => {
    for (const { type } of reader.read(piece)) {
      if (type !== recordType.END_REQUEST) continue;
      isWaiting = false;
      answers += 1;
      setImmediate(() => {
        if (!socket.destroyed && socket.readable) ask();
      });
    }
  });
  // The end may cross the next question on its way; then the web server asks again, and so do we.
  await once(socket, "close");
  if (isWaiting && answers === 0) throw new Error("a request was lost");
  return answers;
}

/** Asks again and again until nobody is there; gives the number of answers. */
async function repeat(ask: () => Promise<Seen>): Promise<number> {
  for (let answers = 0; ; answers += 1) if ((await ask()) === "nobody there") return answers;
}

function prepare(context: TestContext) {
  const folder = folderFor(context);
  writeFileSync(join(folder, "ticket.pub.pem"), sample.publicKey);
  const [socketPath, path] = [join(folder, "http.sock"), join(folder, "fastcgi.sock")];
  const settings = (more: object = {}) =>
    settingsFrom({
      http: [`unix:${socketPath}`],
      fastcgi: [`unix:${path}`],
      keys: [{ file: "ticket.pub.pem" }],
      sites: sample.sites,
      ...more,
    });
  const world = worldIn(folder, now);
  world.log.level = "warn";
  return { folder, socketPath, path, settings, world };
}

test("loses no request while it reloads again and again, and none when it stops", async (context) => {
  const { folder, socketPath, path, settings, world } = prepare(context);
  const gateway = await startGateway(settings(), world);
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  context.after(() => agent.destroy());
  const asking = [
    ...Array.from({ length: 16 }, () => repeat(() => askKept(agent, socketPath))),
    ...Array.from({ length: 8 }, () => repeat(() => askOnce(path))),
  ];
  const many = Array.from({ length: 4 }, () => askMany(path));
  for (let round = 0; round < 20; round += 1) {
    // Another site, another cache, another socket that comes and goes.
    const more = { origin: `http://${round}.example.com` };
    await gateway.reload(
      settings({
        sites: [...sample.sites, more],
        cache: { entries: 100 + (round % 2) },
        ...(round % 2 === 0 ? {} : { http: [`unix:${socketPath}`, `unix:${folder}/more.sock`] }),
      }),
    );
    await new Promise((resolve) => setImmediate(resolve));
  }
  await gateway.stop();
  const answers = await Promise.all([...asking, ...many]);
  const total = answers.reduce((sum, count) => sum + count, 0);
  context.diagnostic(`${total} answers`);
  assert.ok(
    answers.every((count) => count > 0),
    String(answers),
  );
  assert.deepEqual(world.lines, []);
});

test("a socket that a reload takes away answers whoever had found it", async (context) => {
  const { folder, socketPath, settings, world } = prepare(context);
  const second = join(folder, "second.sock");
  const both = settings({ http: [`unix:${socketPath}`, `unix:${second}`] });
  const gateway = await startGateway(both, world);
  context.after(() => gateway.stop());
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  context.after(() => agent.destroy());
  for (let round = 0; round < 10; round += 1) {
    const asking = Array.from({ length: 8 }, () => repeat(() => askKept(agent, second)));
    await gateway.reload(settings());
    const answers = await Promise.all(asking);
    context.diagnostic(`${answers}`);
    await gateway.reload(both);
  }
});
