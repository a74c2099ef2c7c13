import type { EpochSeconds, VerifiedTicket } from "@countersign/ticket";
import type { Allow } from "../decision/decision.ts";
import type { Policy } from "../policy/policy.ts";
import { defaultIdentityNames } from "./identity-names.ts";

/** Who a visitor is, as an application wants to know it. */
export interface Identity {
  readonly user: string;
  readonly tokens: readonly string[];
  /** Free text that the issuer put into the ticket for applications. */
  readonly userData: string | undefined;
  /** Whether a second factor was used. */
  readonly multifactor: boolean;
  readonly validUntil: EpochSeconds;
}

/** What a ticket says of its holder. */
export function identityOf(ticket: VerifiedTicket): Identity {
  const { uid: user, tokens, userData, multifactor, validUntil } = ticket;
  return { user, tokens, userData, multifactor, validUntil };
}

/** What mod_auth_pubtkt calls itself; applications look for it. */
const authType = "mod_auth_pubtkt";

/**
 * The identity as headers for an application behind a proxy, names and values in turn. All of them
 * are always there, and empty where nothing is known, so that a proxy that copies them overwrites what
 * the client sent. The same holds for `Authorization`, the assertion, and `Cookie` without the
 * ticket, where the policy says so.
 *
 * Values are printable ASCII: `%`, everything outside U+0020 to U+007E, and a space at either end
 * are percent-encoded UTF-8, so that no two users look alike. `decodeURIComponent` reads them.
 *
 * @param sessionId Of the connection that the visit came on, in upper-case hexadecimal; empty: it has none.
 */
export function identityHeaders(allow: Allow, sessionId = ""): readonly string[] {
  const { ticket, policy, authorization, cookies } = allow;
  const { user, tokens, data, type, sessionId: sessionIdName } = policy.identityNames;
  const headers = [
    user,
    headerValue(ticket?.uid ?? ""),
    tokens,
    headerValue(ticket?.tokens.join(",") ?? ""),
    data,
    headerValue(ticket?.userData ?? ""),
    type,
    ticket === undefined ? "" : authType,
    sessionIdName,
    sessionId,
  ];
  if (authorization !== undefined) headers.push("Authorization", authorization);
  if (cookies !== undefined) headers.push("Cookie", cookies, ...otherTicketHeaders(policy));
  if (policy.assertion !== undefined) headers.push(policy.assertion.header, allow.assertion ?? "");
  return headers;
}

/** A hidden ticket is hidden wherever it may have come from. */
function otherTicketHeaders({ ticketHeaders, basicAuth }: Policy): readonly string[] {
  const isSet = (name: string) =>
    name === "cookie" || (name === "authorization" && basicAuth !== "none");
  return ticketHeaders.flatMap((name) => (isSet(name) ? [] : [name, ""]));
}

/** A name and its value; the value is empty where there is nothing to say. */
export type NamedValue = readonly [name: string, value: string];

/**
 * The identity as variables of a CGI or FastCGI application, by the names and in the characters of
 * mod_auth_pubtkt: UTF-8 as the ticket has it. Tickets hold no control characters. None where
 * nobody is known: a REMOTE_USER that is empty is somebody to some.
 *
 * `undefined`: a value has a space at either end. Web servers read the values as headers and drop
 * that (RFC 9110 §5.5), so that the application would see somebody else, or another token.
 */
export function identityVariables({ ticket }: Allow): readonly NamedValue[] | undefined {
  if (ticket === undefined) return [];
  const variables = [
    ["REMOTE_USER", ticket.uid],
    ["REMOTE_USER_TOKENS", ticket.tokens.join(",")],
    ["REMOTE_USER_DATA", ticket.userData ?? ""],
    ["AUTH_TYPE", authType],
  ] as const;
  return variables.some(([, value]) => /^ | $/.test(value)) ? undefined : variables;
}

/** Every header name that {@link identityHeaders} may set, and the usual ones, in lower case. */
export function identityHeaderNames(names: Iterable<string>): ReadonlySet<string> {
  const all = [...Object.values(defaultIdentityNames), ...names];
  return new Set(all.map((name) => name.toLowerCase()));
}

/** Plain text passes as it is. */
function headerValue(text: string): string {
  if (/^(?:[!-$&-~](?:[ -$&-~]*[!-$&-~])?)?$/.test(text)) return text;
  return text.replaceAll(/[^ -$&-~]+|^ +| +$/g, (run) => {
    const bytes = new TextEncoder().encode(run);
    return Array.from(bytes, (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(
      "",
    );
  });
}
