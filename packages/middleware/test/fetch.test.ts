import assert from "node:assert/strict";
import { test } from "node:test";
import { testAdapter } from "@countersign/testing/kit/adapter-contract.ts";
import type { ContractVisit, Outcome } from "@countersign/testing/kit/adapter-visit.ts";
import { countersign, type FetchHandler } from "../src/fetch.ts";
import { optionsFor, passedOutcome, type Shown, shown } from "./ask-over-http.ts";
import { cookieWith, publicKey } from "./keys.ts";

testAdapter("fetch", async (_context, settings) => {
  const handlers = new Map<string, FetchHandler<[]>>();
  for (const site of settings.sites) {
    const options = { ...optionsFor(site, settings), clientAddress: () => "127.0.0.1" };
    const handler = countersign(options, (request, identity) => {
      const header = (name: string) => request.headers.get(name) ?? undefined;
      const found = { authorization: header("authorization"), cookie: header("cookie") };
      return Response.json(shown(identity, found));
    });
    handlers.set(new URL(site.origin).host, handler);
  }
  const [fallback] = handlers.values();
  return async (visit) => {
    const handler = handlers.get(new URL(`http://${visit.host}`).host) ?? fallback;
    return outcomeOf(await (handler as FetchHandler<[]>)(requestFor(visit)), visit);
  };
});

function requestFor({ host, target, method, headers, clientAddress, cookies }: ContractVisit) {
  return new Request(`http://${host}${target}`, {
    method,
    headers: {
      ...headers,
      "x-forwarded-for": clientAddress,
      ...(cookies !== undefined && { cookie: cookies }),
    },
  });
}

async function outcomeOf(response: Response, visit: ContractVisit): Promise<Outcome> {
  const body = await response.text();
  if (response.status === 200) return passedOutcome(JSON.parse(body) as Shown, visit);
  // A Request does not tell its version, so that all are taken for 1.1.
  const status = visit.httpVersion === "1.0" ? { 307: 302 }[response.status] : response.status;
  const headers = Object.fromEntries(response.headers);
  return { kind: "answered", status: status ?? response.status, headers, body };
}

const site = { origin: "http://a.example", publicKey, now: () => 100 };
const cookie = cookieWith({ validUntil: 200 });

test("hands over what the platform does, and takes the address from it", async () => {
  interface Platform {
    readonly remote: string;
  }
  const clientAddress = (_request: Request, { remote }: Platform) => remote;
  const options = { ...site, clientAddress };
  const handler = countersign(options, (_request, identity, { remote }) => {
    return new Response(`${identity.user} ${remote}`);
  });
  const request = new Request("http://a.example/", { headers: { cookie } });
  assert.equal(await (await handler(request, { remote: "192.0.2.7" })).text(), "ada 192.0.2.7");
});

test("answers with a renewed ticket, also by a response that cannot be changed", async (context) => {
  const renewed = `${cookieWith({ validUntil: 900 })}; Path=/`;
  const answer = new Response(null, { headers: { "set-cookie": renewed } });
  context.mock.method(globalThis, "fetch", async () => answer);
  const options = { refreshUrl: "http://sso/refresh", renewInPlace: true };
  const handler = countersign({ ...site, ...options, clientAddress: () => "192.0.2.7" }, () =>
    Response.redirect("http://a.example/next"),
  );
  const due = cookieWith({ validUntil: 200, graceAfter: 50 });
  const response = await handler(new Request("http://a.example/", { headers: { cookie: due } }));
  assert.equal(response.status, 302);
  assert.deepEqual(response.headers.getSetCookie(), [renewed]);
});

test("needs to be told how to find the client's address", () => {
  const options = { ...site } as Parameters<typeof countersign>[0];
  assert.throws(() => countersign(options, () => assert.fail()), {
    name: "TypeError",
    message: /option clientAddress is missing/,
  });
});
