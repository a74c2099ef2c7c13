import { createPolicy, decide, type Visit } from "@countersign/gateway";
import { encodeTicket, verificationKeyOf, verifyTicket } from "@countersign/ticket";
import { expectOk, rateOf, roundRobin } from "../measure.ts";
import { type Row, rate } from "../table.ts";
import { at, issueMany, newKey } from "../tickets.ts";

/** The decision alone, for visitors who may pass; verification and its cache are measured apart. */
export function decideRows(): Row[] {
  const key = newKey("ed25519");
  const policy = createPolicy("https://wiki.example.com", {
    loginUrl: "https://sso.example.com/login",
    anyOfTokens: ["editors", "admin"],
  });
  const visits = issueMany(key, 256).map((text, index) => {
    const visit: Visit = {
      method: "GET",
      httpVersion: "1.1",
      scheme: "https",
      host: "wiki.example.com",
      target: `/page/${index}`,
      clientAddress: "192.0.2.7",
      cookies: `auth_pubtkt=${encodeTicket(text)}`,
      wants: "page",
    };
    return { visit, verification: verifyTicket(text, [verificationKeyOf(key)], at) };
  });
  const decisions = rateOf(
    roundRobin(visits, ({ visit, verification }) =>
      expectOk(decide(visit, policy, verification).kind === "allow"),
    ),
  );
  return [
    {
      name: "decide(), allowed",
      information: `${rate(decisions.median)}/s, ${rate(decisions.min)} to ${rate(decisions.max)} (goal: at least 5 million)`,
      keepsGoal: decisions.median >= 5e6,
    },
  ];
}
