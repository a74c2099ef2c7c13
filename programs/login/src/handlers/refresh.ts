import { createHash } from "node:crypto";
import { serialize } from "hono/utils/cookie";
import { type Login, occasionOf, pathWith, returnAddressOf, ticketOf } from "../login.ts";
import { sendOn } from "../onward.ts";
import { linkButton } from "../pages/layout.ts";
import { answerProblem, answerRefusedReturn } from "../problem-answer.ts";
import { judgeRenewal, type RenewalRefusal } from "../renewal.ts";
import type { ReturnAddress } from "../return-address.ts";
import { cookiesOf, type Visit } from "../visit.ts";

/**
 * GET /refresh: a valid ticket, in its grace period or not, gets a successor while its user still
 * may have one. Nothing is remembered, so many tabs can do it at once, and each gets a valid one.
 */
export async function refresh(visit: Visit, login: Login): Promise<Response> {
  const back = returnAddressOf(visit, login);
  if (back.kind === "refused") return answerRefusedReturn(login, back);
  const verification = ticketOf(visit, login);
  if (verification === undefined) return sendOn(login, pathWith("/login", back));
  if (!verification.ok) {
    const reason = verification.refusal === "expired" ? { reason: "expired" } : {};
    return sendOn(login, pathWith("/login", back, reason));
  }
  const renewals = renewalsInARow(visit, back);
  if (renewals.count >= maxRenewalsInARow) return answerLoop(login, back);

  const { ticket, inGrace } = verification;
  const { clientAddress: address } = visit;
  const found = await login.backend.find(ticket.uid);
  const facts = { ticket, inGrace, person: found, now: login.now() };
  const renewal = judgeRenewal(facts, login.tickets);
  if (!renewal.ok) {
    const { uid: user, signInId } = ticket;
    login.audit({ event: "renewal-refused", user, address, reason: renewal.refusal, signInId });
    return answerRefusal(renewal.refusal, back, login);
  }
  const { person, signIn } = renewal;
  const renewed = login.tickets.issue(person, signIn, occasionOf(visit, login));
  login.audit({ event: "renewal", user: person.name, address, signInId: signIn.id });
  return sendOn(login, back.kind === "accepted" ? back.url : "/whoami", {
    cookies: [renewed, countRenewal(renewals, login)],
  });
}

function answerRefusal(refusal: RenewalRefusal, back: ReturnAddress, login: Login): Response {
  if (refusal === "user-not-allowed" || refusal === "password-changed") {
    return sendOn(login, pathWith("/login", back), { cookies: [login.tickets.clearCookie] });
  }
  // The ticket is good to its end, so other tabs may still send their forms with it.
  return sendOn(login, pathWith("/login", back, { reason: "not-renewed" }));
}

// A site that asks for renewal again at once would turn in circles for ever. The browser counts
// for itself, per page, since many tabs may renew at once; falsifying the count harms nobody else.
const counter = "countersign_renewals";
const maxRenewalsInARow = 5;
const inARowSeconds = 20;

interface Renewals {
  readonly page: string;
  readonly count: number;
}

function renewalsInARow(visit: Visit, back: ReturnAddress): Renewals {
  const target = back.kind === "accepted" ? back.url.href : "";
  const page = createHash("sha256").update(target).digest("base64url").slice(0, 12);
  const counted = new RegExp(`(?:^|; )${counter}=([0-9])\\.${page}(?:;|$)`).exec(cookiesOf(visit));
  return { page, count: Number(counted?.[1] ?? 0) };
}

function countRenewal({ page, count }: Renewals, { publicUrl }: Login): string {
  return serialize(counter, `${count + 1}.${page}`, {
    path: "/refresh",
    maxAge: inARowSeconds,
    httpOnly: true,
    secure: publicUrl.startsWith("https:"),
    sameSite: "Lax",
  });
}

function answerLoop(login: Login, back: ReturnAddress): Response {
  const tryAgain =
    back.kind === "accepted" ? linkButton("primary", back.url.href, "Try once more") : undefined;
  return answerProblem(login, "renewal-loop", {}, tryAgain);
}
