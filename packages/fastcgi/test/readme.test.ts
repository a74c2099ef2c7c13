import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { writeNameValues } from "../src/name-values.ts";
import { recordType, writeRecord } from "../src/record.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const [, example = ""] = /^```js\n(.*?)^```$/ms.exec(readme) ?? [];

test("the README's example answers a web server", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-fastcgi-"));
  const path = join(folder, "authorizer.sock");
  const code = example.replace("@SOCKET@", path);
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const program = spawn(process.execPath, ["--input-type=module", "--eval", code], { cwd });
  context.after(() => {
    program.kill();
    rmSync(folder, { recursive: true });
  });
  await once(program.stdout, "data");
  assert.match(await ask(path, "192.0.2.7"), /Status: 200\r\nVariable-REMOTE_USER: friend\r\n/);
  assert.match(await ask(path, "192.0.2.8"), /Status: 403\r\n/);
});

function ask(path: string, address: string): Promise<string> {
  const requestId = 1;
  const begin = Uint8Array.of(0, 2, 0, 0, 0, 0, 0, 0);
  const params = writeNameValues(new Map([["REMOTE_ADDR", address]]));
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(path, () => {
      socket.write(writeRecord({ type: recordType.BEGIN_REQUEST, requestId, content: begin }));
      socket.write(writeRecord({ type: recordType.PARAMS, requestId, content: params }));
      socket.write(writeRecord({ type: recordType.PARAMS, requestId, content: new Uint8Array(0) }));
    });
    socket.setEncoding("latin1");
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.once("error", reject);
    socket.once("close", () => resolve(text));
  });
}
