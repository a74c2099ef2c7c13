import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { CacheCounts } from "./counted-cache.ts";
import type { DecisionCounts } from "./decision-counts.ts";
import type { DurationCounts } from "./duration-counts.ts";
import type { LoadCounts } from "./load.ts";

/** What is counted while gatewayd works. */
export interface Counted {
  readonly decisions: DecisionCounts;
  readonly load: LoadCounts;
  /** The caches of the moment; their counts go on over reloads. */
  cache(): { readonly entries: number; readonly bytes: number; readonly counts: CacheCounts };
}

/** What Prometheus reads at `/metrics`. */
export interface Metrics {
  readonly contentType: string;
  page(): Promise<string>;
}

/**
 * Gathers the counters only when somebody reads them. What Node tells of itself is watched from the
 * first time on: where nobody asks, it costs nothing.
 */
export function createMetrics(counted: Counted): Metrics {
  let registry: Registry | undefined;
  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    page() {
      registry ??= createRegistry(counted);
      return registry.metrics();
    },
  };
}

function createRegistry(counted: Counted): Registry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  addDecisions(registers, counted.decisions);
  addTickets(registers, counted.cache);
  addLoad(registers, counted.load);
  return registry;
}

function addDecisions(registers: Registry[], decisions: DecisionCounts): void {
  new Counter({
    name: "countersign_decisions_total",
    help: "Decisions by kind, and by reason where there is one",
    labelNames: ["kind", "reason"] as const,
    registers,
    collect() {
      this.reset();
      for (const { kind, reason, count } of decisions.entries()) this.inc({ kind, reason }, count);
    },
  });
  histogramOf(decisions.durations, {
    name: "countersign_decision_seconds",
    help: "How long decisions took, without the exchange with the web server",
    registers,
  });
}

function addTickets(registers: Registry[], cache: Counted["cache"]): void {
  new Counter({
    name: "countersign_tickets_total",
    help: "Tickets that visitors brought: known from the cache, verified, or refused",
    labelNames: ["outcome"] as const,
    registers,
    collect() {
      const { hits, misses, remembered } = cache().counts;
      this.reset();
      this.inc({ outcome: "cached" }, hits);
      this.inc({ outcome: "verified" }, remembered);
      this.inc({ outcome: "refused" }, misses - remembered);
    },
  });
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge("countersign_cached_tickets", "Verified tickets that are kept", () => cache().entries);
  gauge("countersign_cached_tickets_bytes", "What they take, estimated", () => cache().bytes);
}

function addLoad(registers: Registry[], load: LoadCounts): void {
  new Gauge({
    name: "countersign_connections",
    help: "Open connections of web servers and visitors",
    registers,
    collect() {
      this.set(load.connections);
    },
  });
  new Counter({
    name: "countersign_overload_total",
    help: "Requests that were answered with 503, and connections that were closed, for want of room",
    labelNames: ["what"] as const,
    registers,
    collect() {
      this.reset();
      this.inc({ what: "request" }, load.refusedRequests);
      this.inc({ what: "connection" }, load.refusedConnections);
    },
  });
}

/** The library counts by itself only, at 300 ns for each observation; we bring our own counts. */
function histogramOf(
  durations: DurationCounts,
  { name, help, registers }: { name: string; help: string; registers: Registry[] },
): void {
  const histogram = new Histogram({ name, help, registers });
  const get = async () => {
    const buckets = durations.cumulative();
    const values = [
      ...buckets.map(({ upTo, count }) => ({
        labels: { le: upTo === Number.POSITIVE_INFINITY ? "+Inf" : upTo },
        value: count,
        metricName: `${name}_bucket`,
      })),
      { labels: {}, value: durations.sumSeconds, metricName: `${name}_sum` },
      { labels: {}, value: buckets.at(-1)?.count ?? 0, metricName: `${name}_count` },
    ];
    return { name, help, type: "histogram", values, aggregator: "sum" };
  };
  Object.assign(histogram, { get, getForPromString: get });
}
