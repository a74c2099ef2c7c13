import { type Refusal, refusalTexts } from "@countersign/ticket";

/** Why a visitor may not simply pass, in the order in which the checks are made. */
export type Reason = "no-tls" | "no-ticket" | Refusal | "in-grace" | "no-multifactor" | "no-token";

/** What each reason means, in the words of the reference page. */
export const reasonTexts: Readonly<Record<Reason, string>> = {
  "no-tls": "the place asks for https, and the visitor came without",
  "no-ticket": "the visitor has no ticket",
  ...refusalTexts,
  "in-grace": "the ticket is valid, and due for renewal",
  "no-multifactor": "the place asks for a second factor, and the ticket tells of none",
  "no-token": "the ticket holds none of the tokens that the place asks for",
};
