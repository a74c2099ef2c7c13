import type { Missing } from "./kernel.ts";

/** Something that tcpcryptd needs, and how to find out whether it is there. */
export interface Probe {
  readonly what: string;
  readonly remedy: string;
  /** Does what is needed and undoes it; throws when the machine cannot. */
  try(): void | Promise<void>;
}

/**
 * What is missing of that which the probes look for, in their order, with the machine's own words.
 * They look by doing, since distributions bring features to old kernels and leave them out of new.
 */
export async function missingFromMachine(probes: readonly Probe[]): Promise<readonly Missing[]> {
  const missing: Missing[] = [];
  for (const probe of probes) {
    try {
      await probe.try();
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      missing.push({ what: `${probe.what}: ${words}`, remedy: probe.remedy });
    }
  }
  return missing;
}
