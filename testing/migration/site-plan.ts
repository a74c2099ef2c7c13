import type { OldSite } from "./old-site.ts";

/** A site to compare, and where to visit it. */
export interface SitePlan {
  readonly site: OldSite;
  /** The paths to visit; `/show.cgi` alone if absent. */
  readonly paths?: readonly string[] | undefined;
  /** Whether to bring every flawed ticket in every way, too. */
  readonly isThorough?: boolean | undefined;
}
