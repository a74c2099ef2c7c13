import {
  badRequestTexts,
  type CheckOutcome,
  type Decision,
  type Explanation,
  type Policy,
  reasonTexts,
} from "@countersign/gateway";
import { printable, styled, type Terminal } from "./terminal.ts";

/** What was asked, beside the visit. */
export interface Asked {
  /** The origins that there are. */
  readonly sites: readonly string[];
  /** For whom a ticket was thought up; `undefined`: none was. */
  readonly user: string | undefined;
}

/** How a decision came about, as lines for people. */
export function explanationLines(
  explanation: Explanation,
  { sites, user }: Asked,
  terminal: Terminal,
): readonly string[] {
  const { origin, place, policy, checks, decision } = explanation;
  const facts: Readonly<Record<string, string | undefined>> = {
    ticket: user === undefined ? undefined : `thought up for ${user}; no real one was looked at`,
    site: origin,
    place: place === undefined ? undefined : `${place.kind} ${place.text}`,
    access: policy?.access,
  };
  const firstFailed = checks.find(({ passed }) => passed === false);
  return [
    ...Object.entries(facts).flatMap(([label, value]) => labelled(label, value)),
    ...(policy === undefined || policy.access === "public" ? [] : checks).map((outcome) =>
      checkLine(outcome, policy, outcome === firstFailed, terminal),
    ),
    ...labelled("decision", verdict(decision, terminal)),
    ...answerLines(decision),
    ...(origin === undefined ? siteLines(sites) : []),
  ];
}

/** The same for scripts. What an answer says is in its headers, and in a body for programs. */
export function explanationJson(
  { origin, place, policy, checks, decision }: Explanation,
  { sites, user: thoughtUpFor }: Asked,
): object {
  const { kind } = decision;
  const user = kind === "allow" ? decision.ticket?.uid : undefined;
  const refused = kind === "allow" ? {} : { reason: decision.reason, answer: decision.answer };
  const path = place === undefined ? undefined : { [place.kind]: place.text };
  return {
    site: origin,
    place: path,
    access: policy?.access,
    checks,
    decision: kind,
    user,
    thoughtUpFor,
    ...refused,
    sites: origin === undefined ? sites : undefined,
  };
}

const width = 10;

function labelled(label: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`${label.padEnd(width)}${printable(value)}`];
}

/** What each check is about; a failed one is told in the words of its reason. */
const checkNames: Readonly<Record<CheckOutcome["check"], string>> = {
  ...reasonTexts,
  "no-tls": "https where the place asks for it",
  "no-ticket": "there is a ticket",
  ticket: "the ticket is signed, meant for this place, and its time is not over",
  "in-grace": "no renewal is due",
  "no-multifactor": "a second factor where the place asks for one",
  "no-token": "any of the tokens",
  "missing-token": "all of the tokens",
  "unwanted-token": "none of the unwanted tokens",
  "other-user": "one of the users",
  "old-sign-in": "a sign-in that is recent enough",
  "unbound-ticket": "a bound ticket where the place asks for one",
  "other-origin": "a page of an allowed origin, if it opens a WebSocket",
};

function checkLine(
  { check, passed }: CheckOutcome,
  policy: Policy | undefined,
  isDecisive: boolean,
  terminal: Terminal,
): string {
  const marks = { true: "ok", false: "no", undefined: "-" };
  const mark = marks[`${passed}`].padEnd(4);
  const style = passed === true ? "green" : isDecisive ? "red" : undefined;
  const shown = style === undefined ? mark : styled(terminal, style, mark);
  return `${"".padEnd(width)}${shown}${checkNames[check]}${passed === false ? askedFor(check, policy) : ""}`;
}

/** Which tokens a place names. */
function askedFor(check: CheckOutcome["check"], policy: Policy | undefined): string {
  const tokens = {
    "no-token": policy?.anyOfTokens,
    "missing-token": policy?.allOfTokens,
    "unwanted-token": policy?.noneOfTokens,
  }[check as string];
  return tokens === undefined ? "" : `: ${printable(tokens.join(", "))}`;
}

const shownSites = 20;

function siteLines(sites: readonly string[]): readonly string[] {
  const more = sites.length - shownSites;
  return [
    ...sites
      .slice(0, shownSites)
      .map((site, index) => `${(index === 0 ? "sites" : "").padEnd(width)}${site}`),
    ...(more > 0 ? [`${"".padEnd(width)}and ${more} more`] : []),
  ];
}

const texts: Readonly<Record<string, string>> = { ...reasonTexts, ...badRequestTexts };

function verdict(decision: Decision, terminal: Terminal): string {
  if (decision.kind !== "allow") {
    const { kind, reason } = decision;
    return `${styled(terminal, "red", kind)}: ${reason}${texts[reason] ? `: ${texts[reason]}` : ""}`;
  }
  const who = decision.ticket === undefined ? "nobody in particular" : decision.ticket.uid;
  return `${styled(terminal, "green", "allow")}: ${who}`;
}

function answerLines(decision: Decision): readonly string[] {
  if (decision.kind === "allow") return [];
  const { status, headers } = decision.answer;
  const location = headers.find(([name]) => name === "Location")?.[1];
  return labelled("answer", location === undefined ? `${status}` : `${status} ${location}`);
}
