import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { connection, sessionId, standIn } from "./stand-in.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const [, example = ""] = /^```js\n(.*?)^```$/ms.exec(readme) ?? [];

test("the README's example answers with the session ID of the visitor's connection", async (context) => {
  let visitorPort = 0;
  const daemon = await standIn(context, ({ remote }) => {
    const { port } = remote as { port: number };
    return { connection: port === visitorPort ? connection : null };
  });
  const port = await freePort();
  const code = example
    .replace("@SOCKET@", daemon.path)
    .replace("@PORT@", String(port))
    .replace("@HOST@", "127.0.0.1");
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const program = spawn(process.execPath, ["--input-type=module", "--eval", code], { cwd });
  context.after(() => program.kill());
  await once(program.stdout, "data");
  const ask = async (isKnown: boolean) => {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    if (isKnown) visitorPort = socket.localPort ?? 0;
    socket.setEncoding("utf8").write("GET / HTTP/1.0\r\n\r\n");
    let text = "";
    for await (const piece of socket) text += piece;
    return text.split("\r\n\r\n")[1];
  };
  assert.equal(await ask(false), "not encrypted by tcpcrypt");
  assert.equal(await ask(true), sessionId);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
