import { type Refusal, refusalTexts } from "@countersign/ticket";

/** Why a visitor may not simply pass, in the order in which the checks are made. */
export type Reason =
  | "no-tls"
  | "no-ticket"
  | Refusal
  | "in-grace"
  | "no-multifactor"
  | "no-token"
  | "missing-token"
  | "unwanted-token"
  | "other-user"
  | "old-sign-in"
  | "unbound-ticket"
  | "other-origin";

/** What each reason means, in the words of the reference page. */
export const reasonTexts: Readonly<Record<Reason, string>> = {
  "no-tls": "the place asks for https, and the visitor came without",
  "no-ticket": "the visitor has no ticket",
  ...refusalTexts,
  "in-grace": "the ticket is valid, and due for renewal",
  "no-multifactor": "the place asks for a second factor, and the ticket tells of none",
  "no-token": "the ticket holds none of the tokens that the place asks for",
  "missing-token": "the ticket lacks one of the tokens that the place asks for",
  "unwanted-token": "the ticket holds a token that keeps its holder out",
  "other-user": "the place is for other users",
  "old-sign-in": "the sign-in was too long ago for the place, or nobody knows when it was",
  "other-origin": "a script of a site that is not among the allowed origins asks",
  "unbound-ticket": "the place asks for a ticket that is bound to a key, and this one is not",
};

/** Why a visit makes no sense here, whoever it is. */
export type BadRequest =
  | "unknown-host"
  | "bad-method"
  | "bad-target"
  | "ambiguous-path"
  | "ambiguous-argument"
  | "header-alias";

/** What each of them means, in the words of the reference page. */
export const badRequestTexts: Readonly<Record<BadRequest, string>> = {
  "unknown-host": "no site has the scheme, host and port that were asked for",
  "bad-method":
    "the method is not written in capitals, or a header names another one where places depend on it",
  "bad-target": "the request target is no path, or cannot be decoded",
  "ambiguous-path": "servers may read the path in different ways, which lead to different places",
  "ambiguous-argument":
    "an argument that a place depends on is there more than once, or in a spelling that applications may take for it",
  "header-alias":
    "a header's name has other characters for the `-` of one that only we set, so that applications may mistake it",
};
