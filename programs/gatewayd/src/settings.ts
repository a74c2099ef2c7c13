import { acrossSettings } from "@countersign/settings";
import type * as z from "zod";
import { checkProxies } from "./proxy/settings.ts";
import {
  checkKeys,
  checkListeners,
  checkRepetitions,
  checkSites,
  checkTests,
} from "./settings/checks.ts";
import { group } from "./settings/group.ts";
import { checkNeeds } from "./settings/needs.ts";

/** The settings of gatewayd. */
export const gatewaySettings = group.check(
  acrossSettings(checkKeys),
  acrossSettings(checkSites),
  acrossSettings(checkListeners),
  acrossSettings(checkRepetitions),
  acrossSettings(checkNeeds),
  acrossSettings(checkTests),
  acrossSettings(checkProxies),
);

/** Settings that have been checked. */
export type GatewaySettings = z.output<typeof gatewaySettings>;
