import type { TestContext } from "node:test";
import { ada } from "./tickets.ts";
import { testVisit, type Visited } from "./visit-site.ts";
import { bringing, type Visit, type Visits } from "./visits.ts";

/** A policy, and visits to a site that has it. */
export interface PolicyVisits {
  /** Settings of a site in gateway.yaml, or options of the middleware. */
  readonly policy: Readonly<Record<string, unknown>>;
  readonly visits: Visits;
}

/** A policy of one place, `whoami`, beside the site's own. */
export interface PlaceVisits {
  readonly place: Readonly<Record<string, unknown>>;
  readonly visits: Visits;
}

const letIn = { kind: "let-in", tokens: ada.tokens.join(",") } as const;
const asNobody = { kind: "let-in-as-nobody" } as const;
const toLogin = { kind: "sent-to", page: "login" } as const;
const toldToSignIn = { kind: "told", status: 401, reason: "no-ticket" } as const;
const forged = { "remote-user": "root", "remote-user-tokens": "admin", "auth-type": "forged" };
const program = { accept: "application/json" };
const elsewhere = "https://app.example.com";
const preflight: Pick<Visit, "method" | "headers"> = {
  method: "OPTIONS",
  headers: { ...program, origin: elsewhere, "access-control-request-method": "PUT" },
};

/** What a site answers by its own policy. */
export const sitePolicies: Readonly<Record<string, PolicyVisits>> = {
  "a site with nothing but a login page": {
    policy: {},
    visits: {
      "a program without a ticket": { headers: program, outcome: toldToSignIn },
      "a program with one": { ...bringing("good"), headers: program, outcome: letIn },
      "a program whose ticket is in its grace period": {
        ...bringing("in-grace"),
        headers: program,
        outcome: letIn,
      },
      "a program with an expired ticket": {
        ...bringing("expired"),
        headers: program,
        outcome: { ...toldToSignIn, reason: "expired" },
      },
      "a program that sends a form": { method: "POST", headers: program, outcome: toldToSignIn },
      "a stream of events": { headers: { accept: "text/event-stream" }, outcome: toldToSignIn },
      "a script in a page": {
        headers: { accept: "text/html", "sec-fetch-mode": "cors" },
        outcome: toldToSignIn,
      },
      "a script of the old kind": {
        headers: { accept: "text/html", "x-requested-with": "XMLHttpRequest" },
        outcome: toldToSignIn,
      },
      "a WebSocket": {
        headers: {
          accept: "*/*",
          connection: "Upgrade",
          upgrade: "websocket",
          "sec-websocket-version": "13",
          "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        },
        outcome: toldToSignIn,
      },
      "a browser that goes to a page": {
        headers: { accept: "*/*", "sec-fetch-mode": "navigate" },
        outcome: toLogin,
      },
      "a preflight": { ...preflight, outcome: toldToSignIn },
    },
  },
  "a public site": {
    policy: { access: "public" },
    visits: {
      "no ticket": { outcome: asNobody },
      "no ticket, and a forged identity": { headers: forged, outcome: asNobody },
      "a good ticket": { ...bringing("good"), outcome: asNobody },
      "an altered ticket": { ...bringing("altered"), headers: forged, outcome: asNobody },
      "a form": { method: "POST", outcome: asNobody },
    },
  },
  "a site where a ticket is optional": {
    policy: { access: "optional", anyOfTokens: ["ops"] },
    visits: {
      "no ticket": { outcome: asNobody },
      "no ticket, and a forged identity": { headers: forged, outcome: asNobody },
      "a good ticket": { ...bringing("good"), outcome: letIn },
      "an expired ticket": { ...bringing("expired"), outcome: asNobody },
      "a ticket without the token": { ...bringing("name-only"), outcome: asNobody },
      "a program without a ticket": { headers: program, outcome: asNobody },
    },
  },
  "a site that asks for all of several tokens": {
    policy: { allOfTokens: ["staff", "ops"] },
    visits: {
      "both tokens": { ...bringing("good"), outcome: letIn },
      "one of them": { ...bringing("admin"), outcome: toLogin },
    },
  },
  "a site that keeps out who holds a token": {
    policy: { noneOfTokens: ["admin"] },
    visits: {
      "other tokens": { ...bringing("good"), outcome: letIn },
      "that token": { ...bringing("admin"), outcome: toLogin },
      "that token, and a program": {
        ...bringing("admin"),
        headers: program,
        outcome: { kind: "told", status: 403, reason: "unwanted-token" },
      },
    },
  },
  "a site for named users": {
    policy: { users: ["ada.lovelace"] },
    visits: {
      "one of them": { ...bringing("good"), outcome: letIn },
      "somebody else": { ...bringing("somebody-else"), outcome: toLogin },
    },
  },
  "a site whose programs come from elsewhere": {
    policy: { corsOrigins: [elsewhere], answerWith: "problems" },
    visits: {
      "their preflight": {
        ...preflight,
        outcome: { kind: "preflight-answered", allowedOrigin: elsewhere },
      },
      "the preflight of others": {
        ...preflight,
        headers: { ...preflight.headers, origin: "https://evil.example" },
        outcome: { kind: "told", status: 403, reason: "other-origin" },
      },
      "a program of theirs without a ticket": {
        headers: { ...program, origin: elsewhere },
        outcome: { ...toldToSignIn, allowedOrigin: elsewhere },
      },
      "a page": { outcome: toldToSignIn },
    },
  },
  "a site that counts no redirects": {
    policy: { loopBreaker: false },
    visits: { "no ticket": { outcome: { ...toLogin, isMarked: false } } },
  },
};

/** What a site answers where one of its places has a policy of its own. */
export const placePolicies: Readonly<Record<string, PlaceVisits>> = {
  "a place that everybody may read": {
    place: { methods: ["GET"], access: "public" },
    visits: {
      "no ticket": { outcome: asNobody },
      "a form, and no ticket": { method: "POST", outcome: { ...toLogin, status: 303 } },
    },
  },
  "a place where only some may write": {
    place: { methods: ["POST"], anyOfTokens: ["admin"] },
    visits: {
      "a good ticket": { ...bringing("good"), outcome: letIn },
      "a form, and a ticket without the token": {
        ...bringing("good"),
        method: "POST",
        outcome: toLogin,
      },
    },
  },
};

/** Opens a site with each of the policies in turn, and makes its visits. */
export async function testPolicies<Rules extends { readonly visits: Visits }>(
  t: TestContext,
  policies: Readonly<Record<string, Rules>>,
  open: (t: TestContext, rules: Rules) => Promise<Visited>,
): Promise<void> {
  for (const [name, rules] of Object.entries(policies)) {
    await t.test(name, async (t) => {
      const visited = await open(t, rules);
      for (const [brought, visit] of Object.entries(rules.visits)) {
        await testVisit(t, brought, visit, visited);
      }
    });
  }
}
