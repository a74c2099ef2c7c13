import type { Desk } from "./desk.ts";
import type { Reply } from "./questions/question.ts";
import { bare } from "./questions/replies.ts";

/** A page for whoever watches. */
export interface StatusPage {
  /** Whether anybody may see it; else only those who may ask. */
  readonly isOpen: boolean;
  reply(desk: Desk): Reply | Promise<Reply>;
}

const pages: ReadonlyMap<string, StatusPage> = new Map([
  // Alive: it answers at all.
  ["/healthz", { isOpen: true, reply: () => bare(204) }],
  // Ready: a load balancer may send requests here.
  ["/readyz", { isOpen: true, reply: ({ state }: Desk) => bare(state === "ready" ? 204 : 503) }],
  ["/metrics", { isOpen: false, reply: metricsPage }],
  // Public keys: whoever verifies assertions may stand anywhere.
  ["/jwks.json", { isOpen: true, reply: jwksPage }],
]);

/** The page at this request target, if there is one. */
export function statusPageAt(target: string): StatusPage | undefined {
  return pages.get(target);
}

async function metricsPage({ metrics }: Desk): Promise<Reply> {
  const headers = ["Content-Type", metrics.contentType, "Cache-Control", "no-store"];
  return { status: 200, headers, body: await metrics.page() };
}

/** RFC 7517 §8.5.1. Applications ask again when they meet a key that they do not know. */
function jwksPage({ setup: { jwks } }: Desk): Reply {
  if (jwks === undefined) return bare(404);
  const headers = ["Content-Type", "application/jwk-set+json", "Cache-Control", "max-age=300"];
  return { status: 200, headers, body: jwks };
}
