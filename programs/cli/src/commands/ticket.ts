import type { Command } from "commander";
import type { Terminal } from "../terminal.ts";
import { defineIssue } from "./ticket-issue.ts";
import { defineShow } from "./ticket-show.ts";
import { defineVerify } from "./ticket-verify.ts";

/** Defines `countersign ticket`. */
export function defineTicket(ticket: Command, terminal: Terminal): void {
  defineIssue(ticket.command("issue"), terminal);
  defineVerify(ticket.command("verify"), terminal);
  defineShow(ticket.command("show"), terminal);
}
