import { createGateway, type Decision, type SiteOptions, type Visit } from "@countersign/gateway";
import { createVerifier, importPublicKey } from "@countersign/ticket";
import { cookies, now, sample } from "./sample.ts";

const verifier = createVerifier({ keys: [importPublicKey(sample.publicKey)] });

/** A page of the sample site, asked for with a good ticket unless it says otherwise. */
export function visitWith(headers: Record<string, string> = { cookie: cookies }): Visit {
  return {
    method: "GET",
    httpVersion: "1.1",
    scheme: "http",
    host: "wiki.example.com",
    target: "/page",
    clientAddress: "192.0.2.7",
    headers: new Map(Object.entries(headers)),
    oddHeaderNames: [],
  };
}

/** What a site with these options decides about a visit. */
export function decisionOn(visit: Visit, options: Partial<SiteOptions> = {}): Decision {
  const site = { origin: "http://wiki.example.com", verifier, ...options };
  return createGateway({ sites: [site] }).decide(visit, now);
}
