import type { Allow, Answer, Visit } from "@countersign/gateway";

/** A script of another site wants a WebSocket, which it may not have whoever its visitor is. */
export interface OtherOrigin {
  readonly kind: "other-origin";
  readonly answer: Answer;
}

/**
 * Whether a WebSocket is asked for by a script of a site that is neither ours nor a friend. Browsers
 * send cookies along with it, and hold it to no rule of CORS; programs name no origin.
 */
export function isForOtherOrigin({ headers }: Visit, { policy }: Allow): boolean {
  if (!/\bwebsocket\b/i.test(headers.get("upgrade") ?? "")) return false;
  const origin = headers.get("origin") ?? policy.origin;
  return origin !== policy.origin && !policy.corsOrigins.includes(origin);
}

const problem = {
  type: "urn:countersign:other-origin",
  title: "Forbidden",
  status: 403,
  reason: "other-origin",
} as const;

/** What such a script is told. */
export const otherOrigin: OtherOrigin = {
  kind: "other-origin",
  answer: {
    status: problem.status,
    headers: [
      ["Content-Type", "application/problem+json"],
      ["Cache-Control", "no-store"],
    ],
    body: `${JSON.stringify(problem)}\n`,
  },
};
