import { answer, auth, check } from "./countersign-facts.ts";
import { extAuthz, extAuthzPrefix } from "./ext-authz.ts";
import { forwardAuth, forwardAuthPath } from "./forward-auth.ts";
import type { Dialect } from "./question.ts";

/** The dialect in which web servers ask at this target; `undefined`: they do not ask there. */
export function dialectAt(target: string): Dialect | undefined {
  if (target === "/auth") return auth;
  if (target === "/answer") return answer;
  if (target === "/check") return check;
  if (target === forwardAuthPath || target.startsWith(`${forwardAuthPath}?`)) return forwardAuth;
  return target.startsWith(`${extAuthzPrefix}/`) ? extAuthz : undefined;
}
