import { answerAsset, answerText } from "../answers.ts";
import type { Login } from "../login.ts";
import { LoginError } from "../login-error.ts";
import { answerProblem } from "../problem-answer.ts";
import { only, type Visit } from "../visit.ts";

/** GET /assets/*: under its current version a file is kept for ever, under any other asked for anew. */
export function asset(visit: Visit, login: Login): Response {
  const found = login.assets.get(visit.url.pathname);
  if (found === undefined) return answerProblem(login, "not-found");
  const isCurrent = only(visit.url.searchParams, "v") === found.version;
  const caching = isCurrent ? "public, max-age=31536000, immutable" : "no-cache";
  return answerAsset(found.body, found.type, caching);
}

/** GET /healthz: whether backend and audit log work. A failure becomes 503 as everywhere. */
export async function health(_visit: Visit, login: Login): Promise<Response> {
  await login.backend.find("nobody");
  // The line about this failure is the next attempt to write, so health comes back by itself.
  if (login.isAuditFailing()) throw new LoginError("audit-unwritable");
  return answerText(200, "ok");
}
