/**
 * The facts of one request, whatever server it came through. The adapter vouches for them: what
 * the client could have written itself is only `method`, `target`, `cookies`, and `host` where all
 * sites have one policy.
 */
export interface Visit {
  /** As in the request line, so in capitals. */
  readonly method: string;
  /** 1.0 cannot be answered with a 307; later versions count as 1.1. */
  readonly httpVersion: "1.0" | "1.1";
  /** How the client reached the outermost proxy. */
  readonly scheme: "http" | "https";
  /**
   * The name of the site that will answer, with its port if it had one, in any spelling. It chooses
   * the policy, so that a client that chose it could choose the laxest one.
   */
  readonly host: string;
  /** The request target as it was sent, bytes as Latin-1 characters: `/path?query`, not decoded. */
  readonly target: string;
  readonly clientAddress: string;
  /** The whole Cookie header, if there was one. */
  readonly cookies: string | undefined;
  /** A page may be sent elsewhere; a program needs to be told. */
  readonly wants: "page" | "program";
}
