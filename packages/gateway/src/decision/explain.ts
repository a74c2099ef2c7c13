import type { PlaceAddress } from "../policy/place.ts";
import type { Policy } from "../policy/policy.ts";
import type { CheckOutcome } from "./checks.ts";
import type { Decision } from "./decision.ts";

/** How a decision came about. */
export interface Explanation {
  readonly decision: Decision;
  /** The site's origin; `undefined`: no site was found. */
  readonly origin: string | undefined;
  /** Where in the site; `undefined`: no place was found. */
  readonly place: PlaceAddress | undefined;
  readonly policy: Policy | undefined;
  /** In the order in which they are made; the first that did not pass decided. */
  readonly checks: readonly CheckOutcome[];
}
