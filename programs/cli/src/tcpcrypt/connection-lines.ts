import type { TcpcryptConnection } from "@countersign/tcpcrypt-client";
import { ageText, bytesText } from "./amounts.ts";
import { writeEndpoint } from "./endpoint-text.ts";

/** A table of connections for people, the session ID last: it is as wide as a terminal. */
export function connectionLines(
  connections: readonly TcpcryptConnection[],
  now: number,
): readonly string[] {
  return tableLines([headings, ...connections.map((one) => cells(one, now))]);
}

/** One connection in one line, for a log of events. */
export function connectionLine(connection: TcpcryptConnection): string {
  const { local, remote, direction } = connection;
  const arrow = direction === "outgoing" ? "→" : "←";
  return `${writeEndpoint(local)} ${arrow} ${writeEndpoint(remote)}  ${sessionText(connection)}`;
}

/** Lines whose columns stand below each other. */
export function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(widest[index] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

const headings = [
  "LOCAL",
  "",
  "REMOTE",
  "SENT",
  "RECEIVED",
  "AGE",
  "ROLE",
  "KEYS BY",
  "CIPHER",
  "SESSION ID",
];

function cells(connection: TcpcryptConnection, now: number): readonly string[] {
  const { direction, local, remote, bytes, openedAt } = connection;
  return [
    writeEndpoint(local),
    direction === "outgoing" ? "→" : "←",
    writeEndpoint(remote),
    bytesText(bytes.sent),
    bytesText(bytes.received),
    ageText(now - openedAt),
    ...(connection.encrypted
      ? [
          connection.role,
          connection.resumed ? `${connection.tep}, resumed` : connection.tep,
          connection.aead,
        ]
      : ["", "", ""]),
    sessionText(connection),
  ];
}

function sessionText(connection: TcpcryptConnection): string {
  return connection.encrypted ? connection.sessionId : `not encrypted: ${connection.reason}`;
}
