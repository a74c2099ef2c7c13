import type { Refusal } from "@countersign/ticket";

/** Why a visitor may not simply pass, in the order in which the checks are made. */
export type Reason = "no-tls" | "no-ticket" | Refusal | "in-grace" | "no-multifactor" | "no-token";
