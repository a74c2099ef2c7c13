import type { Comparison } from "../measure.ts";
import { comparisonOf } from "../measure.ts";
import { inScope } from "../servers/scope.ts";
import type { Row } from "../table.ts";
import { rate } from "../table.ts";
import { bulk, connecting } from "../tcpcrypt/load.ts";
import { bulkPort, createNetwork, type Network, pagePort, type Way } from "../tcpcrypt/network.ts";
import { familyOf, memoryBytes, processorSeconds } from "../tcpcrypt/processes.ts";
import { demandTools } from "../tcpcrypt/tools.ts";

/** After one that warms up. */
const rounds = 3;
const seconds = 2;

/** Bulk and new connections over tcpcrypt, beside relay pairs without encryption and with TLS 1.3. */
export async function tcpcryptRows(): Promise<Row[]> {
  demandTools();
  return [
    ...(await inScope(async (owner) => {
      // Resumption is off, so that every connection exchanges keys.
      const network = await createNetwork(owner, { settings: { resumption: { enabled: false } } });
      return [
        ...(await bulkRows(network)),
        ...(await connectionRows(network, "fresh")),
        await headlineRow(network),
        ...(await memoryRows(network)),
      ];
    })),
    ...(await inScope(async (owner) =>
      connectionRows(await createNetwork(owner, { resume: true }), "resumed"),
    )),
  ];
}

async function bulkRows(network: Network): Promise<Row[]> {
  const rows: Row[] = [];
  for (const streams of [1, 4]) {
    for (const down of [false, true]) {
      const of = (way: Way) => () => {
        const to = { address: network.b.ipv4, port: bulkPort(way) };
        return bulk(network.a, to, { streams, seconds, down });
      };
      const name = `tcpcrypt, bulk ${down ? "down" : "up"}, ${streams} stream${streams > 1 ? "s" : ""}, bits`;
      const [ours, relay, tls, plain] = await inTurn([
        of("tcpcrypt"),
        of("relay"),
        of("tls"),
        of("plain"),
      ]);
      rows.push(
        { name, peer: "Node relay pair, plain", goal: 0.6, comparison: pairs(ours, relay) },
        { name, peer: "Node relay pair, TLS 1.3", goal: 1, comparison: pairs(ours, tls) },
        { name, peer: "plain TCP", comparison: pairs(ours, plain) },
      );
    }
  }
  rows.push(await processorRow(network));
  return rows;
}

/** Processor time of both daemons while one stream fills the wire. */
async function processorRow(network: Network): Promise<Row> {
  const pids = [network.daemons.a.pid, network.daemons.b.pid].flatMap(familyOf);
  const before = processorSeconds(pids);
  const to = { address: network.b.ipv4, port: bulkPort("tcpcrypt") };
  const bits = await bulk(network.a, to, { streams: 1, seconds: 5, down: false });
  const used = (processorSeconds(pids) - before) / 5;
  const perGigabit = used / (bits / 1e9);
  return {
    name: "processor time of both daemons per Gbit",
    information: `${(perGigabit * 1000).toFixed(0)} ms (at ${(bits / 1e9).toFixed(2)} Gbit/s)`,
  };
}

async function connectionRows(network: Network, kind: "fresh" | "resumed"): Promise<Row[]> {
  const rows: Row[] = [];
  for (const clients of [1, 20, 200]) {
    const name = `tcpcrypt, new connections, ${kind}, ${clients} at once`;
    const latencies = new Map<string, number[]>();
    const of = (name: string, url: string) => async () => {
      const result = await connecting(network.a, url, { clients, seconds });
      latencies.set(name, [...(latencies.get(name) ?? []), result.p99]);
      if (result.failed > 0) process.stderr.write(`${name}: ${result.failed} failed\n`);
      return result.perSecond;
    };
    const page = (way: Way) => of(way, `http://${network.b.ipv4}:${pagePort(way)}/`);
    const nginx = of("nginx TLS", `https://${network.b.ipv4}:${network.tlsPorts.ecdsa}/`);
    const ways = new Map([
      ["tcpcrypt", page("tcpcrypt")],
      ["Node relay pair, TLS 1.3 (ECDSA)", page("tls")],
    ]);
    // Nothing of these is resumed, so that they are as in the other rows.
    if (kind === "fresh") {
      ways.set("Node relay pair, plain", page("relay"));
      ways.set("nginx, TLS 1.3 of its own", nginx);
      ways.set("plain TCP", page("plain"));
    }
    const [ours, ...others] = await inTurn([...ways.values()]);
    for (const [index, peer] of [...ways.keys()].slice(1).entries()) {
      rows.push({ name, peer, goal: index === 0 ? 2 : 0, comparison: pairs(ours, others[index]) });
    }
    rows.push({
      name: `${name}: 99th percentile of an answer's time`,
      information: [...latencies]
        .map(([way, times]) => `${way} ${median(times.slice(1)).toFixed(1)} ms`)
        .join(", "),
    });
  }
  return rows;
}

/** The paper's headline: processor time that a connection costs the server, against TLS with RSA. */
async function headlineRow(network: Network): Promise<Row> {
  const perConnection = async (leader: number, way: Way): Promise<number> => {
    const pids = familyOf(leader);
    const before = processorSeconds(pids);
    const url = `http://${network.b.ipv4}:${pagePort(way)}/`;
    const { count } = await connecting(network.a, url, { clients: 20, seconds: 3 });
    return count / (processorSeconds(pids) - before);
  };
  const relayPid = network.relays.get("tls-rsa")?.b.pid ?? 0;
  const [ours, tls] = await inTurn([
    () => perConnection(network.daemons.b.pid, "tcpcrypt"),
    () => perConnection(relayPid, "tls-rsa"),
  ]);
  return {
    name: "connections per second of the server's processor time, fresh",
    peer: "Node relay pair, TLS 1.3 with RSA-2048",
    comparison: pairs(ours, tls),
  };
}

/** What idle connections cost host b, from 1,000 to 5,000. */
async function memoryRows({ a, b, daemons }: Network): Promise<Row[]> {
  const pids = () => familyOf(daemons.b.pid);
  const port = pagePort("tcpcrypt");
  await connecting(a, `http://${b.ipv4}:${port}/`, { clients: 20, seconds: 2 });
  const rows: Row[] = [];
  const empty = memoryBytes(pids());
  let open = 0;
  for (const wanted of [1000, 5000]) {
    while (open < wanted) {
      const batch = Math.min(50, wanted - open);
      await Promise.all(
        Array.from({ length: batch }, () => a.connected({ address: b.ipv4, port })),
      );
      open += batch;
    }
    const bytes = memoryBytes(pids()) - empty;
    rows.push({
      name: `memory of the server's daemon with ${rate(wanted)} idle connections`,
      information: `${(bytes / 1e6).toFixed(0)} MB more, ${(bytes / wanted / 1024).toFixed(1)} KiB each`,
    });
  }
  return rows;
}

/** Figures of each side, measured in turn over the rounds, so that what disturbs one disturbs all. */
async function inTurn(sides: readonly (() => Promise<number>)[]): Promise<number[][]> {
  const figures = sides.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, side] of sides.entries()) {
      const figure = await side();
      // The first round warms up.
      if (round > 0) figures[index]?.push(figure);
    }
  }
  return figures;
}

function pairs(ours: readonly number[] = [], peer: readonly number[] = []): Comparison {
  return comparisonOf(ours.map((figure, round) => ({ ours: figure, peer: peer[round] ?? 0 })));
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
