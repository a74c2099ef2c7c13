import { createRehearsal, type GatewaySettings } from "@countersign/gatewayd";
import type { Problem } from "@countersign/settings";
import type { EpochSeconds } from "@countersign/ticket";
import { problemsAt, type SettingsFile } from "./settings-file.ts";

/** Tries the tests of a gateway's settings out; each that ends otherwise than expected is a problem. */
export async function failedTests(
  settings: GatewaySettings,
  file: SettingsFile,
  now: EpochSeconds,
): Promise<readonly Problem[]> {
  if (settings.tests.length === 0) return [];
  const rehearsal = await createRehearsal(settings);
  return settings.tests.flatMap(({ visit, user, address, headers, ...test }, index) => {
    const { tokens, multifactor, bound, ticket: age, signInAgeSeconds } = test;
    const holder =
      user === undefined ? undefined : { user, tokens, multifactor, bound, age, signInAgeSeconds };
    const { decision } = rehearsal.explain(
      {
        ...visit,
        clientAddress: address ?? "192.0.2.1",
        headers: lowerCased(headers ?? { accept: "text/html", "sec-fetch-mode": "navigate" }),
        holder,
      },
      now,
    );
    const reason = decision.kind === "allow" ? undefined : decision.reason;
    const isExpected =
      decision.kind === test.expect && (test.reason === undefined || test.reason === reason);
    const found = reason === undefined ? decision.kind : `${decision.kind} (${reason})`;
    const wanted = test.reason === undefined ? test.expect : `${test.expect} (${test.reason})`;
    return problemsAt(
      file,
      ["tests", index],
      isExpected ? undefined : `${wanted}, as the test says; the gateway decides ${found}`,
    );
  });
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return Object.fromEntries(entries);
}
