import type { EncryptedConnection, Endpoint, TcpcryptClient } from "@countersign/tcpcrypt-client";
import type { Command } from "commander";
import { CommandError } from "../command-error.ts";
import { withExamples } from "../examples.ts";
import { exitCodes } from "../exit-code.ts";
import { asking, type SocketOptions, withSocketOption } from "../tcpcrypt/control-socket.ts";
import { type GivenEnd, isEnd, parseEndpoint, writeEndpoint } from "../tcpcrypt/endpoint-text.ts";
import { note, say, sayJson, type Terminal } from "../terminal.ts";

/** Defines `countersign tcpcrypt session-id`. */
export function defineSessionId(sessionId: Command, terminal: Terminal): void {
  withSocketOption(sessionId)
    .description("print the session ID of a connection, in hexadecimal: exit code 1 if it has none")
    .argument(
      "<remote>",
      "the other end, such as 10.0.0.2:80; the port may be left out",
      parseEndpoint,
    )
    .option("--local <end>", "this end, where there are several connections", parseEndpoint)
    .option("--all", "print those of all connections that match, one on each line")
    .option("--json", "print the whole connection as JSON; with --all, a list")
    .action((remote: GivenEnd, options: SessionIdOptions) => tell(terminal, remote, options));
  withExamples(sessionId, [
    "countersign tcpcrypt session-id 10.0.0.2:80",
    'countersign tcpcrypt session-id "[$REMOTE_ADDR]:$REMOTE_PORT" \\\n    --local "[$SERVER_ADDR]:$SERVER_PORT"',
  ]).addHelpText(
    "after",
    "\nThe other end prints the same session ID for the same connection, unless somebody sits in\n" +
      "the middle: then they differ.",
  );
}

interface SessionIdOptions extends SocketOptions {
  readonly local?: GivenEnd;
  readonly all?: true;
  readonly json?: true;
}

async function tell(
  terminal: Terminal,
  remote: GivenEnd,
  options: SessionIdOptions,
): Promise<void> {
  const found = await asking(options, (client) => matching(client, remote, options.local));
  if (found.length > 1 && !options.all) {
    const ends = found.map(({ local }) => writeEndpoint(local)).join(", ");
    const advice = `say which with --local, or --all for all: ${ends}`;
    throw new CommandError("wrong-usage", `${found.length} connections match: ${advice}`);
  }
  const [one] = found;
  if (one === undefined) {
    note(terminal, "countersign: no connection of yours to there is encrypted by tcpcrypt");
    terminal.exitWith(exitCodes.refused);
  }
  if (options.json) sayJson(terminal, options.all ? found : (one ?? null));
  else for (const { sessionId } of found) say(terminal, sessionId);
}

/** The newest first. */
async function matching(
  client: TcpcryptClient,
  remote: GivenEnd,
  local: GivenEnd | undefined,
): Promise<readonly EncryptedConnection[]> {
  if (isWhole(remote) && local !== undefined && isWhole(local)) {
    const connection = await client.sessionOf({ local, remote });
    return connection === undefined ? [] : [connection];
  }
  return (await client.connections())
    .filter((one) => one.encrypted)
    .filter((one) => isEnd(one.remote, remote) && (local === undefined || isEnd(one.local, local)))
    .toSorted((a, b) => b.openedAt - a.openedAt);
}

function isWhole(end: GivenEnd): end is Endpoint {
  return end.port !== undefined;
}
