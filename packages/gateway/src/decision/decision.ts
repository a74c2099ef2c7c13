import type { VerifiedTicket } from "@countersign/ticket";
import type { Policy } from "../policy/policy.ts";
import type { Answer } from "./answer.ts";
import type { BadRequest, Reason } from "./reason.ts";

/** What the gateway answers to a visit, with all that an adapter needs to carry it out. */
export type Decision = Allow | Refused;

/** The visit may pass. */
export interface Allow {
  readonly kind: "allow";
  /** `undefined`: the place asks for nobody, and nobody is known. */
  readonly ticket: VerifiedTicket | undefined;
  readonly policy: Policy;
  /** For how long the same visit will be allowed and find the same; 0: do not store the answer. */
  readonly cacheSeconds: number;
  /** The application's `Authorization`. `undefined`: the visitor's own, if any; empty: none. */
  readonly authorization: string | undefined;
  /** The application's `Cookie`. `undefined`: as the visitor sent it; empty: none. */
  readonly cookies: string | undefined;
  /** A JWT about the visitor, where the place wants one and somebody is known. */
  readonly assertion: string | undefined;
  /** The ticket is due for renewal, which the adapter may see to meanwhile. */
  readonly renewal: DueRenewal | undefined;
}

/** What it takes to ask the login server for a new ticket. */
export interface DueRenewal {
  /** Answers a GET with `cookies` by a `Set-Cookie`. */
  readonly url: string;
  /** A Cookie header with the ticket alone. */
  readonly cookies: string;
}

/** The visit may not pass; the visitor gets `answer` instead. */
export type Refused =
  /** `log-in`: who are you? `forbid`: we know who you are, or have nowhere to send you. */
  | RefusedWith<"log-in" | "forbid", Reason>
  /** The ticket is good, and due for renewal. */
  | RefusedWith<"renew", "in-grace">
  | RefusedWith<"bad-request", BadRequest>
  /** A browser asks for a script whether it may ask (CORS). */
  | RefusedWith<"preflight", "allowed-origin" | "other-origin">
  /** Signing in went well; the mark that counted it goes out of the address. */
  | RefusedWith<"clean-address", "signed-in">
  /** Sent away again and again: signing in does not help. */
  | RefusedWith<"loop", Reason>;

interface RefusedWith<Kind extends string, Why extends string> {
  readonly kind: Kind;
  readonly reason: Why;
  readonly answer: Answer;
}
