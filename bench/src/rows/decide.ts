import { createGateway, type Visit } from "@countersign/gateway";
import {
  createVerifier,
  encodeTicket,
  type Verification,
  verificationKeyOf,
} from "@countersign/ticket";
import { expectOk, rateOf, roundRobin } from "../measure.ts";
import { type Row, rate } from "../table.ts";
import { at, issueMany, newKey } from "../tickets.ts";

/** The decision alone, for visitors who may pass; verification and its cache are measured apart. */
export function decideRows(): Row[] {
  const key = newKey("ed25519");
  const verifier = createVerifier({ keys: [verificationKeyOf(key)] });
  let known: Verification | undefined;
  const gateway = createGateway({
    sites: [
      {
        origin: "https://wiki.example.com",
        // Answers what was verified before.
        verifier: { ...verifier, verifyCookies: () => known },
        loginUrl: "https://sso.example.com/login",
        anyOfTokens: ["editors", "admin"],
        places: [{ path: "/admin", anyOfTokens: ["admin"] }],
      },
    ],
  });
  const visits = issueMany(key, 256).map((text, index) => {
    const cookie = `auth_pubtkt=${encodeTicket(text)}`;
    const visit: Visit = {
      method: "GET",
      httpVersion: "1.1",
      scheme: "https",
      host: "wiki.example.com",
      target: `/page/${index}`,
      clientAddress: "192.0.2.7",
      headers: new Map([["cookie", cookie]]),
      oddHeaderNames: [],
    };
    return { visit, verification: verifier.verifyCookies(cookie, "auth_pubtkt", at) };
  });
  const decisions = rateOf(
    roundRobin(visits, ({ visit, verification }) => {
      known = verification;
      expectOk(gateway.decide(visit, at.now).kind === "allow");
    }),
  );
  return [
    {
      name: "a decision, allowed, the ticket verified before",
      information: `${rate(decisions.median)}/s, ${rate(decisions.min)} to ${rate(decisions.max)} (goal: at least 5 million)`,
      keepsGoal: decisions.median >= 5e6,
    },
  ];
}
