import type { EpochSeconds, Verification } from "@countersign/ticket";
import type { Policy } from "../policy/policy.ts";
import type { Visit } from "../visit/visit.ts";
import type { Round } from "./rounds.ts";

/** All that a decision rests on. */
export interface Facts {
  /** With its target in canonical form, and without the mark of {@link Round}. */
  readonly visit: Visit;
  readonly policy: Policy;
  /** What the verifier said of the ticket; `undefined`: there was none. */
  readonly verification: Verification | undefined;
  readonly now: EpochSeconds;
  /** How often the visitor was sent away in a row; `undefined`: nobody counts. */
  readonly round: Round | undefined;
}
