import type { Condition } from "./place-conditions.ts";

/** Which paths belong to a place: it and all below it, it alone, or those that a glob matches. */
export type PlaceKind = "path" | "exactPath" | "pattern";

/** Where a place is. */
export interface PlaceAddress {
  readonly kind: PlaceKind;
  /** `/`, or a path that starts with `/` and ends without, or a pattern. */
  readonly text: string;
}

/** A part of a site, and for which visits it is one. */
export interface Place extends PlaceAddress {
  readonly condition: Condition;
}

/** What was found for a visit. */
export interface FoundPlace<Policy> {
  /** The innermost place that holds the path. */
  readonly place: Place;
  /** What it says, and what it does not say itself from those around it. */
  readonly policy: Policy;
}
