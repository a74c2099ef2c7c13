import { type Identity, identityHeaders, type Visit } from "@countersign/gateway";
import type { ChannelBinding } from "./binding.ts";
import type { Gate } from "./gate.ts";
import { identityIn } from "./identity.ts";

/** What becomes of a request. */
export type WebOutcome =
  | { readonly isLetIn: false; readonly response: Response }
  | {
      readonly isLetIn: true;
      readonly identity: Identity | undefined;
      /** Names and values in turn, of headers that the application is to find; empty: none. */
      headers(binding?: ChannelBinding): readonly string[];
      /** The `Set-Cookie` to answer with, once it is there. */
      readonly renewed: Promise<string | undefined> | undefined;
    };

/** Decides a visit in the web's own terms. */
export function judgeVisit(gate: Gate, visit: Visit): WebOutcome {
  const decision = gate.decide(visit);
  if (decision.kind === "allow") {
    const headers = (binding?: ChannelBinding) => identityHeaders(decision, binding?.sessionId);
    const renewed = gate.renew(decision, visit);
    return { isLetIn: true, identity: identityIn(decision), headers, renewed };
  }
  const { status, headers, body } = decision.answer;
  const init = { status, headers: headers.map(([name, value]): [string, string] => [name, value]) };
  return { isLetIn: false, response: new Response(body === "" ? null : body, init) };
}
