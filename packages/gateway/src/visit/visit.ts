/**
 * The facts of one request, whatever server it came through. The adapter vouches for them: what
 * the client could have written itself is only `method`, `target`, `headers`, and `host` where all
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
  /**
   * The path, percent-encoded, at which the web server found what it will serve, if it says so: it
   * may be that of `/index.html` where `/` was asked for. The visitor needs to be let in at both.
   */
  readonly servedPath?: string | undefined;
  readonly clientAddress: string;
  /** What the client sent. It can only ask for less than it could have, so nobody vouches for it. */
  readonly headers: VisitHeaders;
  /** The names of the client's headers that are odd (`isOddHeaderName`); most visits have none. */
  readonly oddHeaderNames: readonly string[];
}

/** The headers of a request by their names in lower case; a Map or the web's `Headers` will do. */
export interface VisitHeaders {
  /** Fields of one name are joined: cookies with `; `, others with `, ` (RFC 9110 §5.3). */
  get(name: string): string | null | undefined;
}
