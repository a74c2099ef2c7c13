import { type Allow, identityHeaders, type Refused } from "@countersign/gateway";
import type { Reply } from "./question.ts";

const noStore = ["Cache-Control", "no-store"] as const;

/** Lets in, and tells who it is. */
export function letIn(allow: Allow, sessionId?: string): Reply {
  return { status: 200, headers: [...identityHeaders(allow, sessionId), ...noStore], body: "" };
}

/** The whole answer, for web servers that pass on what is not 200. */
export function answerFor({ answer }: Refused): Reply {
  return { status: answer.status, headers: answer.headers.flat(), body: answer.body };
}

/** A status that says all. */
export function bare(status: number): Reply {
  return { status, headers: noStore, body: "" };
}
