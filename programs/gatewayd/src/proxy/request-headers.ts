import {
  type Allow,
  identityHeaderNames,
  identityHeaders,
  isSaidByProxies,
  type Visit,
} from "@countersign/gateway";
import { endToEnd, pairs, without } from "./hop-by-hop.ts";

/** What stands in place of what the visitor may have said. */
export interface Replaced {
  /** Else the site's own. */
  readonly host?: string | undefined;
  /** Of the connection that the visit came on. */
  readonly sessionId?: string | undefined;
}

/**
 * The headers with which a visit that was let in goes to the application: what the client sent, less
 * everything that only we may say in any spelling, and then what we say.
 *
 * @param sent Names and values in turn; so is what it gives.
 */
export function requestHeaders(
  sent: readonly string[],
  visit: Visit,
  allow: Allow,
  { host, sessionId }: Replaced = {},
): string[] {
  // In its one spelling: applications compare hosts as they are written.
  const siteHost = allow.policy.origin.replace(/^https?:\/\//, "");
  const identity = identityHeaders(allow, sessionId);
  const ours = identityHeaderNames(namesIn(identity));
  const kept = without(endToEnd(sent), (name) => {
    // CGI servers write `_` for whatever is no letter or digit.
    const folded = name.replaceAll(/[^a-z0-9]/g, "-");
    return name === "host" || ours.has(folded) || isSaidByProxies(folded);
  });
  return [
    ...["Host", host ?? siteHost],
    ...kept,
    ...["X-Forwarded-For", visit.clientAddress],
    ...["X-Forwarded-Proto", visit.scheme],
    ...["X-Forwarded-Host", siteHost],
    ...withoutEmptyCredentials(identity, allow),
  ];
}

function namesIn(headers: readonly string[]): string[] {
  return [...pairs(headers)].map(([name]) => name);
}

/** Empty, they mean that there are none; an empty identity header says that nobody is known. */
function withoutEmptyCredentials(identity: readonly string[], { policy }: Allow): string[] {
  const credentials = ["authorization", "cookie", ...policy.ticketHeaders];
  return [...pairs(identity)]
    .filter(([name, value]) => value !== "" || !credentials.includes(name.toLowerCase()))
    .flat();
}
