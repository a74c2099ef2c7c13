import { encodeTicket } from "@countersign/ticket";
import { request } from "../kit/request.ts";
import { type Case, pageHeaders, ticketText, visitOf } from "./case.ts";
import type { Answer } from "./exchange.ts";
import type { TicketPlan } from "./old-ticket.ts";
import { type Host, pointSites } from "./point-sites.ts";
import type { TwoSides } from "./two-sides.ts";

/** What is asked, beside a GET of a page without a ticket. */
export interface Asking {
  readonly ticket?: TicketPlan;
  /** A ticket that was written before, in place of a new one. */
  readonly text?: string | undefined;
  readonly carrier?: Case["carrier"];
  readonly target?: string;
  readonly method?: string;
  readonly headers?: Case["ask"]["headers"];
}

/** Asks both sides for the sites that show the points. */
export interface Asker {
  readonly sides: TwoSides;
  answers(host: Host, asking: Asking): Promise<{ module: Answer; migrated: Answer }>;
  /** That of the module, and that of the migrated site. */
  statuses(host: Host, asking: Asking): Promise<[module: number, migrated: number]>;
  /** Signed for that site. */
  write(host: Host, ticket: TicketPlan): string;
  originOf(host: Host): string;
  /** The status with which the gateway answers a proxy at `from` that speaks for a visitor. */
  forwarded(host: Host, asked: Forwarded): Promise<number>;
}

/** What a proxy says of its visitor. */
export interface Forwarded {
  readonly scheme: "http" | "https";
  /** The proxy's address. */
  readonly from: string;
  readonly ticket: TicketPlan;
}

/** Asks these two. */
export function createAsker(sides: TwoSides): Asker {
  const caseOf = (host: Host, asking: Asking): Case => {
    const { target = "/show.cgi", method = "GET", headers = pageHeaders } = asking;
    const { ticket, carrier = "cookie" } = asking;
    const ask = { target, method, httpVersion: "1.1", headers } as const;
    return { host, site: pointSites[host], ask, ticket, carrier };
  };
  const write = (host: Host, ticket: TicketPlan) => {
    const text = ticketText(sides, caseOf(host, { ticket }));
    if (text === undefined) throw new TypeError("a ticket was given");
    return text;
  };
  const answers = async (host: Host, asking: Asking) => {
    const c = caseOf(host, asking);
    const visit = visitOf(sides, c, asking.text ?? ticketText(sides, c));
    return { module: await sides.askModule(visit), migrated: await sides.askMigrated(visit) };
  };
  const originOf = (host: Host) => sides.originOf(visitOf(sides, caseOf(host, {})));
  return {
    sides,
    answers,
    write,
    originOf,
    async statuses(host, asking) {
      const { module, migrated } = await answers(host, asking);
      return [module.status, migrated.status];
    },
    async forwarded(host, { scheme, from, ticket }) {
      const [address = ""] = sides.gatewayAddresses.filter((one) => one.startsWith("http"));
      const { status } = await request({
        port: Number(new URL(address).port),
        path: "/forward-auth",
        from,
        headers: {
          accept: "text/html",
          cookie: `auth_pubtkt=${encodeTicket(write(host, ticket))}`,
          "x-forwarded-method": "GET",
          "x-forwarded-proto": scheme,
          "x-forwarded-host": new URL(originOf(host)).host,
          "x-forwarded-uri": "/show.cgi",
          "x-forwarded-for": "192.0.2.7",
        },
      });
      return status;
    },
  };
}
