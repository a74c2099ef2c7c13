import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { hasLivingProcess } from "../process-group.ts";
import { startServerProcess } from "../server-process.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { waitUntil } from "../wait-until.ts";

const boundMs = 30_000;
const waiting = "await new Promise(() => setInterval(() => {}, 1000));";

/** A shell that starts a child of its own and makes `file` when it is ready. */
function shell(file: string, first = "") {
  return {
    command: "/bin/sh",
    args: ["-c", `${first} echo started; sleep 300 & touch ${file}; wait`],
    isReady: async () => existsSync(file),
  };
}

test("waits until the server is ready, and ends it with all its children", async (t) => {
  const file = join(temporaryFolder(t), "ready");
  const server = await startServerProcess(t, shell(file));
  assert.ok(existsSync(file));
  assert.ok(hasLivingProcess(server.pid));
  assert.ok(await waitUntil(() => server.log().includes("started"), boundMs));
  await server.stop();
  assert.ok(!hasLivingProcess(server.pid));
  await server.stop();
});

test("shows the log of a server that ends while it starts", async (t) => {
  const failing = { ...shell(join(temporaryFolder(t), "never"), "echo no such key >&2; exit 3;") };
  const start = startServerProcess(t, { ...failing, readLogs: () => "and its error.log" });
  await assert.rejects(start, /ended while starting; its log:\nno such key\nand its error.log/);
});

test("says so when there is no such program", async (t) => {
  const missing = { ...shell("never"), command: "/nonexistent/server", args: [] };
  await assert.rejects(startServerProcess(t, missing), /\/nonexistent\/server/);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`leaves nothing behind when the test run is ended by ${signal}`, async (t) => {
    const run = await startRun(t, waiting);
    assert.ok(hasLivingProcess(run.group));
    run.process.kill(signal);
    assert.ok(await waitUntil(() => !hasLivingProcess(run.group), boundMs));
    assert.ok(await waitUntil(() => !existsSync(run.folder), boundMs));
  });
}

test("the server hears of it when the test run is ended by SIGKILL", async (t) => {
  // Its children are then its own affair: Apache and nginx end theirs, a shell does not.
  const run = await startRun(t, waiting, "exec sleep 300");
  assert.ok(hasLivingProcess(run.group));
  run.process.kill("SIGKILL");
  assert.ok(await waitUntil(() => !hasLivingProcess(run.group), boundMs));
});

test("leaves nothing behind when the test run fails", async (t) => {
  const run = await startRun(t, "throw new Error('a failed test');");
  assert.ok(await waitUntil(() => !hasLivingProcess(run.group), boundMs));
  assert.ok(await waitUntil(() => !existsSync(run.folder), boundMs));
});

/** Another process that starts a server with the kit and then does `next`. */
async function startRun(t: TestContext, next: string, last = "sleep 300 & wait") {
  const kit = (name: string) => JSON.stringify(new URL(`../${name}`, import.meta.url).href);
  const program = `
    import { existsSync } from "node:fs";
    import { join } from "node:path";
    import { startServerProcess } from ${kit("server-process.ts")};
    import { temporaryFolder } from ${kit("temporary-folder.ts")};
    const owner = { after() {} };
    const folder = temporaryFolder(owner);
    const file = join(folder, "ready");
    const server = await startServerProcess(owner, {
      command: "/bin/sh",
      args: ["-c", "touch " + file + "; ${last}"],
      isReady: async () => existsSync(file),
    });
    process.stdout.write(JSON.stringify({ group: server.pid, folder }) + "\\n");
    ${next}
  `;
  const tmp = temporaryFolder(t);
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    env: { ...process.env, TMPDIR: tmp },
    stdio: ["ignore", "pipe", "ignore"],
  });
  t.after(() => void child.kill("SIGKILL"));
  const { group, folder } = JSON.parse(await firstLine(child)) as { group: number; folder: string };
  return { process: child, group, folder };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (text.includes("\n")) resolve(text);
    });
    child.once("exit", () => reject(new Error(`ended early: ${text}`)));
  });
}
