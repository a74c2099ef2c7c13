import { startApache, startNginx } from "@countersign/testing/kit/web-servers.ts";
import { inScope } from "../servers/scope.ts";
import { startSite } from "../servers/sites.ts";
import { type Row, rate } from "../table.ts";
import { visitorsWith } from "../visitors.ts";
import { loadOn, warmUp } from "./side-by-side.ts";

const counts = [1, 200, 2_000, 20_000, 200_000];
const roundsEach = 3;
/** Its cache holds 200 tickets: beyond that it would take minutes to ask for each once. */
const mostForTheModule = 20_000;

/** How throughput falls while the number of active tickets grows, for both; RSA and DSA. */
export async function growthRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const type of ["rsa", "dsa"] as const) rows.push(...(await growthOf(type)));
  return rows;
}

function growthOf(type: "rsa" | "dsa"): Promise<Row[]> {
  return inScope(async (owner) => {
    const visitors = visitorsWith(type);
    const { publicKey } = visitors;
    const ours = await startSite(owner, {
      example: "nginx",
      publicKey,
      startServer: startNginx,
      settings: "cache: { entries: 250000 }\n",
      change: { file: "gateway.yaml", by: allowingDsa },
    });
    const cModule = await startSite(owner, {
      example: "apache-pubtkt",
      publicKey,
      startServer: startApache,
    });
    const curve: { tickets: number; ours: number; theirs: number | undefined }[] = [];
    for (const tickets of counts) {
      const side = ({ port, host }: { port: number; host: string }) => ({
        target: port,
        requests: visitors.asking(host, tickets),
        status: 200,
      });
      const oursHere = await medianOf(side(ours));
      const theirs = tickets > mostForTheModule ? undefined : await medianOf(side(cModule));
      curve.push({ tickets, ours: oursHere, theirs });
    }
    const ratio = (curve.at(-1)?.ours ?? 0) / (curve[0]?.ours ?? 1);
    return [
      {
        name: `nginx with gatewayd, ${type.toUpperCase()}: at 200,000 tickets against at 1`,
        information: `${ratio.toFixed(2)} (goal: at least 0.5); by number of tickets: ${curveText(curve.map(({ tickets, ours }) => [tickets, ours]))}`,
        keepsGoal: ratio >= 0.5,
      },
      {
        name: `Apache with mod_auth_pubtkt, ${type.toUpperCase()}`,
        information: curveText(
          curve.flatMap(({ tickets, theirs }) => (theirs === undefined ? [] : [[tickets, theirs]])),
        ),
      },
    ];
  });
}

async function medianOf(side: Parameters<typeof loadOn>[0]): Promise<number> {
  await warmUp(side);
  const rates: number[] = [];
  for (let round = 0; round < roundsEach; round++) rates.push((await loadOn(side)).perSecond);
  return rates.sort((one, other) => one - other)[Math.floor(roundsEach / 2)] ?? Number.NaN;
}

function curveText(points: readonly (readonly number[])[]): string {
  return points
    .map(([tickets = 0, perSecond = 0]) => `${tickets}: ${rate(perSecond)}/s`)
    .join(", ");
}

function allowingDsa(text: string): string {
  return text.replace(/^( *)loginUrl:/m, "$1compatibility: mod_auth_pubtkt\n$1loginUrl:");
}
