import type { Allow, Refused, TrustedProxies, Visit } from "@countersign/gateway";
import type { SaidOfConnection } from "../tcpcrypt/connection.ts";

/** What a web server that is trusted asks over HTTP. */
export interface Question {
  readonly method: string;
  /** The request target, from its first `/`. */
  readonly target: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  /** Proxies in front of the web server, whose entries in X-Forwarded-For are believed. */
  readonly trustedProxies: TrustedProxies;
}

/** What the web server gets. */
export interface Reply {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** How one kind of web server asks, and what it understands. */
export interface Dialect {
  /** Whether this question follows another about the same visit, which counted. */
  readonly asksAgain?: true;
  /** @throws {GatewayError} `missing-fact` or `repeated-fact`: then nobody can decide. */
  readVisit(question: Question): Visit;
  /**
   * What the web server says of the visitor's connection; `undefined`: nothing. Only for dialects in
   * which no visitor can say it, who would choose somebody else's.
   */
  readConnection?(question: Question): SaidOfConnection | undefined;
  /**
   * Lets in, with the visitor's identity.
   *
   * @param sessionId Of the visitor's connection; empty: it has none. `undefined`: nobody looked, so
   *   that the answer is as good on another connection.
   */
  allowed(allow: Allow, sessionId?: string): Reply;
  /** Whatever it says, the web server must not take it for leave to pass. */
  refused(refused: Refused): Reply;
}
