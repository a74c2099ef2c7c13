import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { cases, circle, contractKey, moment, plainVisit, sites } from "./adapter-cases.ts";
import type { ContractSettings, ContractVisit, Expected, Outcome } from "./adapter-visit.ts";
import { withoutMarkInBack } from "./loop-mark.ts";

/** Makes a visit through the adapter, and tells what came of it. */
export type Ask = (visit: ContractVisit) => Promise<Outcome>;

/** What an adapter sees of a visit. */
export interface AdapterSight {
  /** `unseen`: the server before it keeps headers to itself whose names have more than letters, digits and `-`. */
  readonly oddHeaders: "seen" | "unseen";
}

/** Registers the tests that every adapter passes: same visits, same outcomes. */
export function testAdapter(
  name: string,
  start: (context: TestContext, settings: ContractSettings) => Promise<Ask>,
  sight: AdapterSight = { oddHeaders: "seen" },
): void {
  test(`${name} keeps the adapter contract`, async (context) => {
    const settings = { sites, publicKey: contractKey.publicKey, now: moment };
    const ask = await start(context, settings);
    for (const [sentence, { visit, outcome, unseen = outcome }] of Object.entries(cases)) {
      await context.test(sentence, async () => {
        const expected = sight.oddHeaders === "seen" ? outcome : unseen;
        assert.deepEqual(seen(await ask({ ...plainVisit, ...visit })), expected);
      });
    }
    await context.test("ends a circle of redirects with a page", () => assertCircleEnds(ask));
  });
}

async function assertCircleEnds(ask: Ask): Promise<void> {
  let visit: ContractVisit = { ...plainVisit, ...circle.visit };
  for (let round = 1; round <= circle.redirects; round += 1) {
    const outcome = await ask(visit);
    assert.equal(outcome.kind, "answered");
    const { location } = outcome.headers;
    const back = new URL(String(location)).searchParams.get("back") ?? "";
    visit = { ...visit, target: back.slice(new URL(back).origin.length) };
  }
  const last = await ask(visit);
  assert.deepEqual(seen(last), { kind: "refused", status: 403 });
  assert.match(last.kind === "answered" ? last.body : "", circle.says);
}

/** What the outcome is in the words of {@link Expected}. */
function seen(outcome: Outcome): Expected {
  if (outcome.kind === "in") {
    const { authorization, cookies, ...identity } = outcome;
    return {
      ...identity,
      ...(authorization !== undefined && { authorization }),
      ...(cookies !== undefined && { cookies }),
    };
  }
  const { status, body } = outcome;
  const header = (name: string) => outcome.headers[name]?.toString();
  // What keeps an answer to one visitor from becoming the answer to the next.
  assert.equal(header("cache-control"), "no-store");
  assert.match(header("vary") ?? "", /\bAccept\b.*\bCookie\b/);
  const location = header("location");
  if (location !== undefined) return { kind: "sent", status, ...withoutMarkInBack(location) };
  const allowedOrigin = header("access-control-allow-origin");
  if (status === 204) {
    const allowedMethods = header("access-control-allow-methods");
    const allowedHeaders = header("access-control-allow-headers");
    return { kind: "preflight", status, allowedOrigin, allowedMethods, allowedHeaders };
  }
  if (!body.startsWith("{")) return { kind: "refused", status };
  assert.match(header("content-type") ?? "", /^application\/problem\+json/);
  const problem = JSON.parse(body) as Partial<
    Record<"status" | "title" | "reason" | "login", string>
  >;
  assert.equal(Number(problem.status), status);
  assert.ok(problem.title);
  // RFC 9110 §11.6.1: a 401 says how to go on.
  if (status === 401) assert.match(header("www-authenticate") ?? "", /^Countersign realm="http/);
  const { reason = "", login } = problem;
  return { kind: "told", status, reason, login, allowedOrigin };
}
