import assert from "node:assert/strict";
import { readFileSync, symlinkSync } from "node:fs";
import { connect, type NetConnectOpts } from "node:net";
import { delimiter, dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { freeLoopbackPort } from "../kit/loopback-port.ts";
import { type ServerProcess, startServerProcess } from "../kit/server-process.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { root, run, write } from "./consumer-folder.ts";

/** The project's README. */
export const readme = readFileSync(join(root, "README.md"), "utf8");

/** Somebody who follows a document in an empty folder. */
export interface NewUser {
  readonly folder: string;
  /** The login server's port. */
  readonly port: number;
  /** Where gatewayd listens as a proxy. */
  readonly proxyPort: number;
  /** Writes a file with the document's text, in which folders and ports are those of this user. */
  write(name: string, text: string): string;
  /** What a command of the document prints. */
  run(line: string | undefined): string;
  start(line: string | undefined, isReady: () => Promise<boolean>): Promise<ServerProcess>;
}

/** A new user with `countersign` in the PATH. */
export async function newUser(t: TestContext): Promise<NewUser> {
  const folder = temporaryFolder(t);
  const port = await freeLoopbackPort();
  const proxyPort = await freeLoopbackPort();
  const programs = temporaryFolder(t);
  symlinkSync(join(root, "bin/countersign.js"), join(programs, "countersign"));
  const path = [programs, dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = { PATH: path, HOME: process.env.HOME };
  const adapted = (text: string) => adaptedTo(folder, { port, proxyPort }, text);
  const inFolder = (line = "") => ["-c", `cd "$0" && ${adapted(line)}`, folder];
  return {
    folder,
    port,
    proxyPort,
    write: (name, text) => write(folder, name, adapted(text)),
    run: (line) => run("sh", inFolder(line), folder, env),
    start: (line, isReady) =>
      startServerProcess(t, { command: "sh", args: inFolder(`exec ${line}`), env, isReady }),
  };
}

/** Only root may give a folder to a group, and a test leaves /run and well-known ports alone. */
function adaptedTo(
  folder: string,
  { port, proxyPort }: { readonly port: number; readonly proxyPort: number },
  text: string,
): string {
  return text
    .replaceAll("/run/countersign", join(folder, "run"))
    .replaceAll(/(127\.0\.0\.1|localhost):8400/g, `$1:${port}`)
    .replaceAll("localhost:8080", `localhost:${proxyPort}`)
    .replace(process.getuid?.() === 0 ? "" : " -g www-data", "");
}

/** The settings file of that name in a document. */
export function settingsIn(document: string, name: string): string {
  const [, text] =
    new RegExp(`^\`\`\`yaml\n(# ${name}\n[\\s\\S]*?)^\`\`\`$`, "m").exec(document) ?? [];
  assert.ok(text, name);
  return text;
}

/** The commands in a document that a new user gives. */
export function commandsIn(document: string): readonly string[] {
  return [...document.matchAll(/^(?:countersign|install) .*$/gm)].map(([line]) => line);
}

/** Whether somebody listens there. */
export function accepts(at: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(at, () => socket.end(() => resolve(true)));
    socket.on("error", () => resolve(false));
  });
}
