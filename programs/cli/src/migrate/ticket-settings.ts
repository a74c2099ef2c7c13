import type { Position, Report } from "./remark.ts";

/** What mod_auth_pubtkt keeps for a section, each with the type of its value. */
export interface TicketValues {
  readonly keyFile: string;
  readonly digest: Digest;
  readonly loginUrl: string;
  readonly timeoutUrl: string;
  readonly postTimeoutUrl: string;
  readonly refreshUrl: string;
  readonly unauthorisedUrl: string;
  readonly badAddressUrl: string;
  readonly multifactorUrl: string;
  readonly ticketHeaders: string;
  readonly cookieName: string;
  readonly backArgument: string;
  readonly requireTls: boolean;
  readonly requireMultifactor: boolean;
  readonly tokens: readonly string[];
  readonly fakeBasicAuth: boolean;
  readonly passBasicAuth: boolean;
  readonly basicAuthKey: string;
  readonly debug: number;
}

/** As gateway.yaml names them. */
export type Digest = "sha1" | "sha224" | "sha256" | "sha384" | "sha512";

/** A value and the line that gave it. */
export interface Said<T> {
  readonly value: T;
  readonly at: Position;
}

/** What a section says, and with those around it, what holds in a place. */
export type TicketSettings = {
  readonly [Name in keyof TicketValues]?: Said<TicketValues[Name]>;
};

/** Merges as the module does: the inner value counts, and a list replaces the outer one. */
export function mergeSettings(
  outer: TicketSettings,
  inner: TicketSettings,
  report: Report,
): TicketSettings {
  const reset = inner.digest;
  // A digest that was said with the key is the module's own doing.
  if (reset !== undefined && reset.at === inner.keyFile?.at && outer.digest !== undefined) {
    reportReset(outer.digest, reset.at, report);
  }
  return { ...outer, ...inner };
}

/** Tells that a key at `at` ended what `digest` said, unless both are the same. */
export function reportReset(digest: Said<Digest>, at: Position, report: Report): void {
  if (digest.value === "sha1") return;
  const { file, line } = digest.at;
  const text = `with this key the module goes back from ${digest.value} (${file}:${line}) to sha1, so gateway.yaml says sha1; say sha256 there if tickets are signed so`;
  report("warning", at, text);
}
