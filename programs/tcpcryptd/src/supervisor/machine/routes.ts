import type { Family } from "../../kernel/kernel.ts";
import { applicationMark } from "../../marks.ts";
import { TcpcryptdError } from "../tcpcryptd-error.ts";
import type { OpenJournal } from "./journal.ts";
import type { Machine } from "./machine.ts";

/** The routing table of ours ("CS" in ASCII), and our place among the rules: before all but local. */
const table = "0x4353";
const preference = "90";
const mark = `0x${applicationMark.toString(16)}`;

const rule = ["pref", preference, "fwmark", mark, "lookup", table] as const;
const route = ["local", "default", "dev", "lo", "table", table] as const;

/**
 * Sends what is marked as the application's side of an incoming connection to this machine, though its
 * addresses are those of clients.
 */
export function addRoutes(
  machine: Pick<Machine, "run">,
  journal: Pick<OpenJournal, "note">,
  families: readonly Family[],
): void {
  for (const family of families) {
    for (const [object, words] of [
      ["route", route],
      ["rule", rule],
    ] as const) {
      const version = `-${family}`;
      journal.note({ kind: "command", command: "ip", args: [version, object, "del", ...words] });
      try {
        machine.run("ip", [version, object, "add", ...words]);
      } catch (error) {
        const why = error instanceof Error ? error.message : undefined;
        throw new TcpcryptdError("routes-refused", why, { cause: error });
      }
    }
  }
}
