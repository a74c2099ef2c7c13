import type { EpochSeconds, VerifiedTicket } from "@countersign/ticket";
import type { DemoPage, DemoSite } from "./plan.ts";

/** What a site knows of a visitor. */
export interface SeenVisitor {
  readonly ticket: VerifiedTicket;
  /** How often the sites have seen this sign-in's ticket renewed. */
  readonly renewed: number;
  readonly now: EpochSeconds;
}

/** Where a visitor is. */
export interface Place {
  readonly site: DemoSite;
  readonly page: DemoPage;
}
