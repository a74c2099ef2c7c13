import type { GatewaySettings } from "@countersign/gatewayd";
import { type Problem, settingProblem } from "@countersign/settings";
import type { SettingsFile } from "./settings-file.ts";

type Site = GatewaySettings["sites"][number];

/** What may well be meant, and surprises those who did not mean it. */
export function gatewayNotes({ sites }: GatewaySettings, file: SettingsFile): readonly Problem[] {
  return sites.flatMap((site, index) =>
    isClosed(site) ? [settingProblem(file, ["sites", index], turnedAway)] : [],
  );
}

const turnedAway = "a loginUrl, unless visitors without a ticket are meant to get 403";

/** Whether nobody is shown the way to a ticket that they need. */
function isClosed({ places, ...site }: Site): boolean {
  const levels = [{ ...site, access: site.access ?? "required" }, ...places];
  const hasWay = levels.some(({ loginUrl }) => loginUrl !== undefined);
  return (
    !hasWay && site.answerWith !== "problems" && levels.some(({ access }) => access === "required")
  );
}
