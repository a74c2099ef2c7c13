import type { Host } from "@countersign/testing/kit/namespaces/host.ts";

/** Bits per second that iperf3 carries for some seconds, as the receiver counts them. */
export async function bulk(
  from: Host,
  to: { readonly address: string; readonly port: number },
  { streams, seconds, down }: { streams: number; seconds: number; down: boolean },
): Promise<number> {
  const said = await from.must(
    "iperf3",
    ...["-c", to.address, "-p", String(to.port), "-t", String(seconds), "-P", String(streams)],
    ...["-J", ...(down ? ["-R"] : [])],
  );
  return JSON.parse(said).end.sum_received.bits_per_second;
}

/** How wrk fares with a new connection for each request. */
export interface Connecting {
  readonly perSecond: number;
  /** From the request to its answer, 99th percentile, in milliseconds. */
  readonly p99: number;
  readonly count: number;
  readonly failed: number;
}

/** Asks for a page over and over, each time over a new connection. */
export async function connecting(
  from: Host,
  url: string,
  { clients, seconds }: { clients: number; seconds: number },
): Promise<Connecting> {
  const said = await from.must(
    "wrk",
    ...["-t", "1", "-c", String(clients), "-d", `${seconds}s`, "--latency", "--timeout", "10s"],
    ...["-H", "Connection: close", url],
  );
  const number = (pattern: RegExp): number => Number(pattern.exec(said)?.[1] ?? 0);
  const [, p99 = "0", unit = "ms"] = /99%\s+([\d.]+)(us|ms|s)/.exec(said) ?? [];
  const failures = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(
    said,
  );
  return {
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    p99: Number(p99) * (unit === "us" ? 0.001 : unit === "s" ? 1000 : 1),
    count: number(/(\d+) requests in/),
    failed: (failures?.slice(1) ?? []).reduce((sum, count) => sum + Number(count), 0),
  };
}
