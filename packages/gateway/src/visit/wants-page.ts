import type { VisitHeaders } from "./visit.ts";

/**
 * Whether a page was asked for, so that the visitor can be sent elsewhere. A program (`fetch`, an
 * event stream, a WebSocket, a script with curl) would take the page behind a redirect for its answer.
 */
export function wantsPage(headers: VisitHeaders): boolean {
  if (/\bwebsocket\b/i.test(headers.get("upgrade") ?? "")) return false;
  // Browsers write it, and no script in a page can change it (Fetch Metadata).
  const mode = headers.get("sec-fetch-mode");
  if (mode) return mode === "navigate";
  if (headers.get("x-requested-with")?.toLowerCase() === "xmlhttprequest") return false;
  return /(?:^|[\s,])(?:text\/html|application\/xhtml\+xml)\s*(?:[,;]|$)/i.test(
    headers.get("accept") ?? "",
  );
}
