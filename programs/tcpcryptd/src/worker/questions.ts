import { type Entry, reportOf } from "./connection-table.ts";
import type { Desk } from "./desk.ts";
import type { Answer, ConnectionReport, Question } from "./messages.ts";

/** Answers a question about connections, at once or when the connection that it is about stands. */
export function answer(desk: Desk, about: Question, reply: (answer: Answer) => void): void {
  const { table, aborts, secrets } = desk;
  switch (about.ask) {
    case "connection":
      table.find(about.local, about.remote, (entry) => {
        // One that the application has ended may outlast it here, while another one has its ends.
        reply({ connections: reportsOf(entry !== undefined && isCurrent(entry) ? [entry] : []) });
      });
      return;
    case "connections":
      reply({ connections: reportsOf(table) });
      return;
    case "counts": {
      const { open, opened } = table;
      reply({ counts: { open, opened, aborted: aborts.all, cachedSecrets: secrets.size } });
      return;
    }
    case "watch":
      desk.isWatched = about.on;
      reply({ done: true });
      return;
    case "flush":
    case "rekey":
      table.find(about.local, about.remote, (entry) => {
        const carrier = entry?.carrier;
        if (carrier?.kind !== "encrypted") return reply({ done: false });
        if (about.ask === "flush") carrier.flush();
        else carrier.relay.rekey();
        reply({ done: true });
      });
      return;
  }
}

function isCurrent({ carrier }: Entry): boolean {
  return carrier.kind !== "opening" && carrier.relay.applicationStays;
}

function reportsOf(entries: Iterable<Entry>): ConnectionReport[] {
  const reports: ConnectionReport[] = [];
  for (const entry of entries) {
    const report = reportOf(entry);
    if (report !== undefined) reports.push(report);
  }
  return reports;
}
