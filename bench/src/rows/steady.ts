import { readFileSync } from "node:fs";
import { startNginx } from "@countersign/testing/kit/web-servers.ts";
import { load } from "../load/http-load.ts";
import { latencyAt } from "../load/paced-load.ts";
import { inScope } from "../servers/scope.ts";
import { socketIn, startSite } from "../servers/sites.ts";
import { type Row, rate } from "../table.ts";
import { visitorsWith } from "../visitors.ts";
import { loadOn, warmUp } from "./side-by-side.ts";

const tickets = 200_000;
const questions = 10_000_000;
const measurements = 10;

/** What gatewayd holds of memory while it answers ten million times, and what it adds to a page at half load. */
export function steadyRows(): Promise<Row[]> {
  return inScope(async (owner) => {
    const visitors = visitorsWith("rsa");
    const site = await startSite(owner, {
      example: "nginx",
      publicKey: visitors.publicKey,
      startServer: startNginx,
      settings: "cache: { entries: 250000 }\n",
      change: { file: "nginx.conf", by: withOpenPage },
    });
    const latency = await addedLatency(site, visitors.asking(site.host, 2048));
    const megabytes: number[] = [];
    const asking = visitors.askingGatewayd(site.host, tickets);
    for (let count = 0; count < measurements; count++) {
      await load(socketIn(site.folder), asking, {
        answers: questions / measurements,
        milliseconds: 600_000,
        status: 204,
      });
      megabytes.push(residentMegabytes(site.gateway?.pid));
    }
    return [
      latency,
      {
        name: `resident memory of gatewayd after each of ${measurements} million questions, ${tickets} tickets`,
        information: `${megabytes.join(", ")} MB`,
      },
    ];
  });
}

/** The same page without asking, at the same pace, is what the wait is compared with. */
async function addedLatency(
  site: { readonly port: number; readonly host: string },
  guarded: readonly Buffer[],
): Promise<Row> {
  const open = guarded.map((request) =>
    Buffer.from(request.toString().replace("/index.html", "/open/index.html")),
  );
  const side = { target: site.port, requests: guarded, status: 200 };
  await warmUp(side);
  const { perSecond } = await loadOn(side);
  const pace = { perSecond: perSecond / 2 };
  const rounds = [];
  for (let round = 0; round < 5; round++) {
    const with_ = await latencyAt(site.port, guarded, pace);
    const without = await latencyAt(site.port, open, pace);
    rounds.push(with_.p99 - without.p99);
  }
  rounds.sort((one, other) => one - other);
  const [least = 0, , median = 0, , most = 0] = rounds;
  return {
    name: `what gatewayd adds to the 99th percentile of a page behind nginx, at ${rate(pace.perSecond)}/s`,
    information: `${median.toFixed(2)} ms, ${least.toFixed(2)} to ${most.toFixed(2)} (goal: under 1 ms)`,
    keepsGoal: median < 1,
  };
}

function residentMegabytes(group: number | undefined): number {
  const status = readFileSync(`/proc/${group}/status`, "utf8");
  return Math.round(Number(/^VmRSS:\s+([0-9]+) kB$/m.exec(status)?.[1]) / 1024);
}

function withOpenPage(text: string): string {
  return text.replace(
    /(?=\n {8}location = \/whoami)/,
    "\n        location /open/ { auth_request off; rewrite ^/open(/.*)$ $1 break; }\n",
  );
}
