import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Countersign, countersign } from "@countersign/middleware/node-http";
import {
  anyClientAddress,
  anyConfirmation,
  createVerifier,
  type EpochSeconds,
  importPublicKey,
  type VerifiedTicket,
} from "@countersign/ticket";
import { readSiteFiles, type SiteFile } from "./files.ts";
import type { DemoPage, DemoPlan, DemoSite } from "./plan.ts";
import type { Renewals } from "./renewals.ts";
import { redirectUrls } from "./settings-texts.ts";
import { missingPage, sitePage } from "./site-page.ts";
import type { SeenVisitor } from "./visitor.ts";

/** What a site needs beside the plan. */
export interface SiteNeeds {
  /** PEM; the only thing that a site has in common with the login server. */
  readonly publicKey: string;
  readonly renewals: Renewals;
  readonly now: () => EpochSeconds;
  /** Told of every page that was asked for, and what became of it. */
  readonly report: (visit: SiteVisit) => void;
}

/** A page that was asked for. */
export interface SiteVisit {
  readonly site: DemoSite;
  readonly path: string;
  /** `undefined`: not let in. */
  readonly user: string | undefined;
  readonly status: number;
  readonly location: string | undefined;
}

/** A plain Node server whose pages are behind the middleware. */
export function createSite(plan: DemoPlan, site: DemoSite, needs: SiteNeeds): Server {
  const { publicKey, now } = needs;
  const gates = new Map<DemoPage | undefined, Countersign>();
  for (const page of [undefined, ...site.pages]) {
    const anyOfTokens = page?.needs === undefined ? [] : [page.needs];
    const { origin } = site;
    gates.set(page, countersign({ ...redirectUrls(plan), origin, publicKey, anyOfTokens, now }));
  }
  const readTicket = ticketReader(site, needs);
  const files = readSiteFiles();

  return createServer(limits, (request, response) => {
    for (const [name, value] of Object.entries(strictHeaders)) response.setHeader(name, value);
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    // Style and script hold nothing private, and pages need them whatever becomes of the ticket.
    const file = files.get(path);
    if (file !== undefined) return sendFile(response, file);
    const page = site.pages.find((page) => page.path === path);
    reportAtEnd(request, response, { site, path, report: needs.report });
    gates.get(page)?.(request, response, () => {
      const ticket = readTicket(request);
      const visitor = ticket && seenVisitor(ticket, needs);
      // It ended between the middleware's look and ours.
      if (visitor === undefined) return sendPage(response, 503, "Please try again.");
      if (request.method !== "GET" && request.method !== "HEAD") {
        response.setHeader("allow", "GET, HEAD");
        return sendPage(response, 405, "This page can only be read.");
      }
      if (page === undefined) return sendPage(response, 404, `${missingPage(plan, site, visitor)}`);
      return sendPage(response, 200, `${sitePage(plan, { site, page }, visitor)}`);
    });
  });
}

const limits = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};

const strictHeaders = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; " +
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/** Other sites use `request.identity`; this one shows the whole ticket, so it reads it itself. */
function ticketReader({ origin }: DemoSite, { publicKey, now }: SiteNeeds) {
  const verifier = createVerifier({ keys: [importPublicKey(publicKey)] });
  const { hostname: host } = new URL(origin);
  return ({ headers }: IncomingMessage): VerifiedTicket | undefined => {
    const verification = verifier.verifyCookies(headers.cookie ?? "", "auth_pubtkt", {
      now: now(),
      host,
      clientAddress: anyClientAddress,
      confirmedKey: anyConfirmation,
    });
    return verification?.ok ? verification.ticket : undefined;
  };
}

function seenVisitor(ticket: VerifiedTicket, { renewals, now }: SiteNeeds): SeenVisitor {
  const { signInId, issuedAt = 0 } = ticket;
  const renewed = signInId === undefined ? 0 : renewals.see(signInId, issuedAt);
  return { ticket, renewed, now: now() };
}

function reportAtEnd(
  request: IncomingMessage,
  response: ServerResponse,
  { site, path, report }: Pick<SiteVisit, "site" | "path"> & Pick<SiteNeeds, "report">,
): void {
  response.once("finish", () => {
    const location = response.getHeader("location");
    report({
      site,
      path,
      user: request.identity?.user,
      status: response.statusCode,
      location: typeof location === "string" ? location : undefined,
    });
  });
}

function sendFile(response: ServerResponse, { type, body }: SiteFile): void {
  response.writeHead(200, { "content-type": type, "cache-control": "no-cache" });
  response.end(body);
}

function sendPage(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
  response.end(page);
}
