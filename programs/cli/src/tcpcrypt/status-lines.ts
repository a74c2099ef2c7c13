import type { TcpcryptRule, TcpcryptStatus, TcpcryptWorker } from "@countersign/tcpcrypt-client";
import { ageText } from "./amounts.ts";
import { tableLines } from "./connection-lines.ts";

/** What `status` tells people. */
export function statusLines(status: TcpcryptStatus, now: number): readonly string[] {
  const { pid, startedAt, workers, rules, hold, plainDestinations } = status;
  const age = ageText(now - startedAt);
  return [
    `tcpcryptd runs (process ${pid}, for ${age})`,
    ...tableLines(rules.map(ruleCells)),
    ...tableLines(workers.map(workerCells)),
    ...(hold.by === "none" ? [] : [`connecting now: ${hold.dials} (held by ${hold.by})`]),
    `destinations left alone because they do not encrypt: ${plainDestinations}`,
    ...abortedLines(workers),
  ];
}

function ruleCells({ direction, ports, mode, conditions }: TcpcryptRule): readonly string[] {
  const which = ports === "all" ? "all ports" : ports.join(", ");
  return [`  ${direction}`, which, mode, conditions.join(", ")];
}

function workerCells({ index, pid, counts }: TcpcryptWorker): readonly string[] {
  const name = `  worker ${index}`;
  if (pid === null) return [name, "is being started again", "", "", ""];
  if (counts === null) return [name, `process ${pid}`, "does not answer", "", ""];
  const { open, opened, cachedSecrets } = counts;
  return [
    name,
    `process ${pid}`,
    `open: ${open.encrypted} encrypted, ${open.plain} plain, ${open.opening} opening`,
    `so far: ${opened.encrypted} encrypted (${opened.resumed} resumed), ${opened.plain} plain`,
    `secrets kept: ${cachedSecrets}`,
  ];
}

function abortedLines(workers: readonly TcpcryptWorker[]): readonly string[] {
  const reasons = new Map<string, number>();
  for (const { counts } of workers) {
    for (const [reason, count] of Object.entries(counts?.aborted ?? {})) {
      reasons.set(reason, (reasons.get(reason) ?? 0) + count);
    }
  }
  if (reasons.size === 0) return [];
  return [`aborted: ${[...reasons].map(([reason, count]) => `${count} ${reason}`).join(", ")}`];
}
