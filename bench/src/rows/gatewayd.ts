import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBareHttp } from "../servers/bare.ts";
import { onFirstCore } from "../servers/pinning.ts";
import { inScope } from "../servers/scope.ts";
import { startGatewayd } from "../servers/sites.ts";
import type { Row } from "../table.ts";
import { visitorsWith } from "../visitors.ts";
import { sideBySide } from "./side-by-side.ts";

const tickets = 2048;
const host = "wiki.example.com";

/** gatewayd as nginx asks it, against node:http that writes the same bytes. */
export function gatewaydRows(): Promise<Row[]> {
  return inScope(async (owner) => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));
    owner.after(() => rmSync(folder, { recursive: true }));
    const { publicKey, askingGatewayd } = visitorsWith("rsa");
    writeFileSync(join(folder, "ticket.pub"), publicKey);
    writeFileSync(
      join(folder, "gateway.yaml"),
      `http: ["unix:${join(folder, "gateway.sock")}"]\nkeys: [{ file: ticket.pub }]\n` +
        `sites:\n  - origin: http://${host}\n    loginUrl: https://sso.example.com/login\n`,
    );
    const requests = askingGatewayd(host, tickets);
    const ours = join(folder, "gateway.sock");
    await onFirstCore(() => startGatewayd(owner, folder));
    const headers = await headersOf(ours, requests[0]);
    const other = mkdtempSync(join(tmpdir(), "countersign-bench-"));
    owner.after(() => rmSync(other, { recursive: true }));
    await onFirstCore(() => startBareHttp(owner, other, headers));
    const side = (target: string) => ({ target, requests, status: 204 });
    return [
      {
        name: `gatewayd over a unix socket, ${tickets} tickets`,
        peer: "bare node:http that writes the same bytes",
        goal: 0.95,
        comparison: await sideBySide(side(ours), side(join(other, "gateway.sock"))),
      },
    ];
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
