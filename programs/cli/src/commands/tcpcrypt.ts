import type { Command } from "commander";
import type { Terminal } from "../terminal.ts";
import { defineConnections } from "./tcpcrypt-connections.ts";
import { defineDown } from "./tcpcrypt-down.ts";
import { defineSessionId } from "./tcpcrypt-session-id.ts";
import { defineStatus } from "./tcpcrypt-status.ts";
import { defineUp } from "./tcpcrypt-up.ts";
import { defineWatch } from "./tcpcrypt-watch.ts";

/** Defines `countersign tcpcrypt`. */
export function defineTcpcrypt(tcpcrypt: Command, terminal: Terminal): void {
  defineUp(tcpcrypt.command("up"), terminal);
  defineDown(tcpcrypt.command("down"), terminal);
  defineStatus(tcpcrypt.command("status"), terminal);
  defineConnections(tcpcrypt.command("connections"), terminal);
  defineSessionId(tcpcrypt.command("session-id"), terminal);
  defineWatch(tcpcrypt.command("watch"), terminal);
}
