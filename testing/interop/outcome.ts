import assert from "node:assert/strict";
import { withoutMarkInBack } from "../kit/loop-mark.ts";
import type { Answer } from "../kit/request.ts";
import { readIdentity, type SeenIdentity } from "./identity.ts";

/** How a visit to a protected site ends, whatever server guards it. */
export type Outcome =
  /** 200 from `whoami`, which learns that the visitor is Ada, with these tokens and her user data. */
  | { readonly kind: "let-in"; readonly tokens: string; readonly userData?: string }
  /** 200 from `whoami`, to which the visitor is nobody. */
  | { readonly kind: "let-in-as-nobody" }
  /** 200 with the page for administrators. */
  | { readonly kind: "shown-admin-page" }
  /** A redirect to the login server that names the address asked for. */
  | {
      readonly kind: "sent-to";
      readonly page: "login" | "refresh";
      readonly status?: number;
      /** Whether the loop breaker counts it, where that is not the site's way. */
      readonly isMarked?: boolean;
      /** The path of that address where it is not the one asked for. */
      readonly back?: string;
      /** The origin of that address where it is not the site's. */
      readonly backOrigin?: string;
    }
  /** A redirect to the login page or a plain 4xx: what is no ticket may end either way. */
  | { readonly kind: "kept-out" }
  /** A plain 4xx: there is nowhere to send the visitor. */
  | { readonly kind: "turned-away" }
  /** Problem details for a program. */
  | {
      readonly kind: "told";
      readonly status: number;
      readonly reason: string;
      /** The origin whose scripts may read them. */
      readonly allowedOrigin?: string;
    }
  /** 204 for a CORS preflight, after which scripts of this origin may ask. */
  | { readonly kind: "preflight-answered"; readonly allowedOrigin: string };

/** What an outcome is judged against. */
export interface Expected {
  readonly identity: Omit<SeenIdentity, "tokens">;
  readonly loginOrigin: string;
  readonly origin: string;
  /** The Cache-Control of redirects and refusals. */
  readonly cacheControl: "no-store" | undefined;
  /** Whether the way back carries the loop breaker's mark. */
  readonly isMarked: boolean;
  /** The request target, which the visitor is to come back to. */
  readonly target: string;
}

/** Fails unless `answer` is what `outcome` says. */
export function assertOutcome(answer: Answer, outcome: Outcome, expected: Expected): void {
  // With no-store no intermediary keeps what depends on the cookie, and no Vary is needed. A 404 is
  // the application's own.
  if (answer.status >= 300 && answer.status !== 404) {
    assert.equal(answer.headers["cache-control"], expected.cacheControl);
  }
  switch (outcome.kind) {
    case "let-in": {
      assert.equal(answer.status, 200, `${answer.headers.location} ${answer.body}`);
      const { tokens, userData = expected.identity.userData } = outcome;
      assert.deepEqual(readIdentity(answer.body), { ...expected.identity, tokens, userData });
      return;
    }
    case "let-in-as-nobody":
      assert.equal(answer.status, 200, `${answer.headers.location} ${answer.body}`);
      assert.deepEqual(readIdentity(answer.body), nobody);
      return;
    case "shown-admin-page":
      assert.equal(answer.status, 200, `${answer.headers.location} ${answer.body}`);
      assert.match(answer.body, adminPage);
      return;
    case "sent-to": {
      const { page, backOrigin = expected.origin, back = expected.target } = outcome;
      const { status = answer.status, isMarked = expected.isMarked } = outcome;
      assertSentTo(answer, `${expected.loginOrigin}/${page}`, backOrigin + back);
      const location = answer.headers.location ?? "";
      assert.equal(withoutMarkInBack(location).isMarked, isMarked, location);
      assert.equal(answer.status, status);
      return;
    }
    case "kept-out":
      if (answer.status < 400) assertSentTo(answer, `${expected.loginOrigin}/login`);
      else assertTurnedAway(answer);
      return;
    case "turned-away":
      assertTurnedAway(answer);
      return;
    case "told":
      assertTold(answer, outcome, expected);
      return;
    case "preflight-answered":
      assert.equal(answer.status, 204, answer.body);
      assert.equal(answer.headers["access-control-allow-origin"], outcome.allowedOrigin);
  }
}

const nobody: SeenIdentity = { user: "", tokens: "", userData: "", authType: "" };

function assertTold(
  answer: Answer,
  { status, reason, allowedOrigin }: Extract<Outcome, { kind: "told" }>,
  { loginOrigin }: Expected,
): void {
  const { headers, body } = answer;
  assert.equal(answer.status, status, body);
  assertShowsNothing(answer);
  assert.match(headers["content-type"] ?? "", /^application\/problem\+json\b/);
  assert.equal(headers["access-control-allow-origin"], allowedOrigin);
  const problem = JSON.parse(body);
  assert.equal(problem.status, status);
  assert.equal(problem.reason, reason);
  assert.equal(typeof problem.title, "string");
  if (status !== 401) return;
  assert.equal(problem.login, `${loginOrigin}/login`);
  assert.match(headers["www-authenticate"] ?? "", /^Countersign realm="http/);
}

/** Fails unless `answer` sends the visitor to `page`, from where the way back is `back` but for a mark. */
export function assertSentTo(answer: Answer, page: string, back?: string): void {
  assert.ok([302, 303, 307].includes(answer.status), `${answer.status} ${answer.body}`);
  assertShowsNothing(answer);
  const location = new URL(withoutMarkInBack(answer.headers.location ?? "").location);
  assert.equal(`${location.origin}${location.pathname}`, page);
  if (back !== undefined) assert.equal(location.searchParams.get("back"), back);
}

/** A 5xx is for what fails on our side, and no visitor may be able to bring that about. */
function assertTurnedAway(answer: Answer): void {
  assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${answer.body}`);
  assertShowsNothing(answer);
}

/** Fails if `answer` lets a visitor see anything, be it in the body of a refusal. */
export function assertShowsNothing({ status, body }: Answer): void {
  assert.ok(status >= 300, `${status} ${body}`);
  assert.equal(readIdentity(body), undefined);
  assert.doesNotMatch(body, adminPage);
}

const adminPage = /You are an administrator/;
