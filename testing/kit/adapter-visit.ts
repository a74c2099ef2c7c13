/** A site as every adapter can be told of it: one policy for all of it. */
export interface ContractSite {
  readonly origin: string;
  readonly loginUrl?: string;
  readonly timeoutUrl?: string;
  readonly refreshUrl?: string;
  readonly unauthorisedUrl?: string;
  readonly badAddressUrl?: string;
  readonly access?: "required" | "optional" | "public";
  readonly anyOfTokens?: readonly string[];
  readonly allOfTokens?: readonly string[];
  readonly noneOfTokens?: readonly string[];
  readonly users?: readonly string[];
  readonly answerWith?: "auto" | "redirects" | "problems";
  readonly corsOrigins?: readonly string[];
  readonly preflight?: "check" | "answer" | "pass";
  readonly hideTicket?: boolean;
  readonly basicAuth?: "none" | "fake" | "ticket";
  readonly loopBreaker?: boolean;
}

/** What every adapter under test is started with. */
export interface ContractSettings {
  readonly sites: readonly ContractSite[];
  /** PEM */
  readonly publicKey: string;
  /** The moment at which all visits happen. */
  readonly now: number;
}

/** One visit, in no server's words. */
export interface ContractVisit {
  readonly host: string;
  readonly method: string;
  readonly httpVersion: "1.0" | "1.1";
  readonly target: string;
  readonly clientAddress: string;
  /** What else the visitor sent, by names in lower case; no Cookie. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: string | undefined;
}

/** What comes of a visit. */
export type Outcome = Passed | Answered;

/** The visitor is let in, and the application learns this. */
export interface Passed {
  readonly kind: "in";
  /** Empty where nobody is known. */
  readonly user: string;
  readonly tokens: string;
  readonly data: string;
  /** The application's `Authorization`. Left out: nothing was said of it; empty: there is none. */
  readonly authorization?: string | undefined;
  /** The application's `Cookie`, in the same way. */
  readonly cookies?: string | undefined;
}

/** The visitor gets this answer instead. */
export interface Answered {
  readonly kind: "answered";
  readonly status: number;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** What is expected of a visit. */
export type Expected =
  | Passed
  /** A redirect. */
  | {
      readonly kind: "sent";
      readonly status: number;
      /** Without the mark of the loop breaker. */
      readonly location: string;
      readonly isMarked: boolean;
    }
  /** Problem details for a program. */
  | {
      readonly kind: "told";
      readonly status: number;
      readonly reason: string;
      readonly login: string | undefined;
      /** The origin whose scripts may read it. */
      readonly allowedOrigin: string | undefined;
    }
  /** A page that leads nowhere. */
  | { readonly kind: "refused"; readonly status: number }
  /** The answer to a CORS preflight. */
  | {
      readonly kind: "preflight";
      readonly status: 204;
      readonly allowedOrigin: string | undefined;
      readonly allowedMethods: string | undefined;
      readonly allowedHeaders: string | undefined;
    };
