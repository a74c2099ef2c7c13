import { acrossSettings } from "@countersign/settings";
import type * as z from "zod";
import { checkLists, checkRules } from "./checks.ts";
import { group } from "./group.ts";

/** The settings of tcpcryptd. */
export const tcpcryptSettings = group.check(acrossSettings(checkRules), acrossSettings(checkLists));

/** Settings that have been checked. */
export type TcpcryptSettings = z.output<typeof tcpcryptSettings>;
export type OutgoingRule = TcpcryptSettings["outgoing"][number];
export type IncomingRule = TcpcryptSettings["incoming"][number];
export type Mode = OutgoingRule["mode"];
