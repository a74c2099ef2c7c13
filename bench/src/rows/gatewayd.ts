import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  createIssuer,
  encodeTicket,
  exportPublicPem,
  verificationKeyOf,
} from "@countersign/ticket";
import { askOverUnixSocket } from "../load/unix-load.ts";
import { comparisonOf } from "../measure.ts";
import type { Row } from "../table.ts";
import { fieldsOf, newKey } from "../tickets.ts";

const rounds = 7;
const tickets = 2048;
const inAnHour = Math.floor(Date.now() / 1000) + 3600;

/** gatewayd as nginx asks it, against node:http that writes the same bytes; servers on one core, load on the other. */
export async function gatewaydRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));
  const children: ChildProcess[] = [];
  try {
    pinTo("1", process.pid);
    const requests = writeSite(folder);
    const gatewayd = join(folder, "gatewayd.sock");
    children.push(
      await startPinned(gatewayd, [
        pathOf("../../../programs/cli/src/main.ts"),
        "gateway",
        "--config",
        join(folder, "gateway.yaml"),
      ]),
    );
    const headers = await headersOf(gatewayd, requests[0]);
    const bare = join(folder, "bare.sock");
    children.push(
      await startPinned(bare, [pathOf("../load/bare-server.ts"), bare, JSON.stringify(headers)]),
    );

    const ask = async (socket: string) => askOverUnixSocket(socket, requests);
    const [ours, peer] = [await ask(gatewayd), await ask(bare)];
    // The names of the 2,048 users differ by a few characters, so the answers do.
    if (Math.abs(ours.answerBytes - peer.answerBytes) > 8) {
      throw new Error(`answers differ: ${ours.answerBytes} and ${peer.answerBytes} bytes`);
    }
    const pairs = [];
    for (let round = 0; round < rounds; round++) {
      const first = await ask(round % 2 === 0 ? gatewayd : bare);
      const second = await ask(round % 2 === 0 ? bare : gatewayd);
      const [one, other] = round % 2 === 0 ? [first, second] : [second, first];
      pairs.push({ ours: one.perSecond, peer: other.perSecond });
    }
    return [
      {
        name: `gatewayd over a unix socket, ${tickets} tickets`,
        peer: "bare node:http that writes the same bytes",
        goal: 0.95,
        comparison: comparisonOf(pairs),
      },
    ];
  } finally {
    for (const child of children) child.kill("SIGTERM");
    pinTo("0,1", process.pid);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes key and settings, and gives the requests that nginx would send for each visitor. */
function writeSite(folder: string): Buffer[] {
  const key = newKey("rsa");
  writeFileSync(join(folder, "ticket.pub"), exportPublicPem(verificationKeyOf(key)));
  writeFileSync(
    join(folder, "gateway.yaml"),
    `http: ["unix:${join(folder, "gatewayd.sock")}"]\n` +
      "keys: [{ file: ticket.pub }]\n" +
      "sites:\n  - origin: https://wiki.example.com\n    loginUrl: https://sso.example.com/login\n",
  );
  const issuer = createIssuer(key);
  return Array.from({ length: tickets }, (_, index) => {
    const fields = { ...fieldsOf(index), validUntil: inAnHour, graceAfter: inAnHour - 60 };
    return Buffer.from(
      "GET /auth HTTP/1.1\r\nHost: countersign\r\nX-Countersign-Method: GET\r\n" +
        "X-Countersign-Scheme: https\r\nX-Countersign-Host: wiki.example.com\r\n" +
        `X-Countersign-Uri: /page/${index}\r\nX-Countersign-Client-Address: 192.0.2.7\r\n` +
        `Cookie: auth_pubtkt=${encodeTicket(issuer.issue(fields))}\r\n\r\n`,
    );
  });
}

/** The headers that gatewayd itself writes in an answer, without those that node:http adds. */
async function headersOf(socketPath: string, raw: Buffer | undefined): Promise<string[]> {
  const lines = raw?.toString().trim().split("\r\n").slice(1) ?? [];
  const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/).slice(0, 2)));
  const asking = request({ socketPath, path: "/auth", headers }).end();
  const [answer] = await once(asking, "response");
  answer.resume();
  const fields: string[] = answer.rawHeaders;
  const added = new Set(["date", "connection", "keep-alive"]);
  return fields.filter((_, index) => !added.has((fields[index - (index % 2)] ?? "").toLowerCase()));
}

/** Starts a server on the first core and waits until its socket answers, ten seconds at most. */
async function startPinned(socket: string, args: readonly string[]): Promise<ChildProcess> {
  const command = canPin() ? ["taskset", "-c", "0", process.execPath] : [process.execPath];
  const [program = "", ...rest] = [...command, ...args];
  const child = spawn(program, rest, { stdio: "ignore" });
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    if (await answers(socket)) return child;
    await setTimeout(50);
  }
  child.kill("SIGKILL");
  throw new Error(`${args.join(" ")} did not come up`);
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function canPin(): boolean {
  return spawnSync("taskset", ["--version"]).status === 0;
}

function pinTo(cores: string, processId: number): void {
  if (canPin()) spawnSync("taskset", ["-acp", cores, String(processId)]);
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
