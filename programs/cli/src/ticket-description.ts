import type { EpochSeconds, Ticket } from "@countersign/ticket";
import { printable } from "./terminal.ts";

/** The fields that a ticket has, as labelled lines for people. */
export function ticketLines(ticket: Ticket, now: EpochSeconds): string[] {
  const { validUntil, graceAfter, issuedAt } = ticket;
  const fields: Record<string, string | undefined> = {
    user: ticket.uid,
    "valid until": time(validUntil, now),
    "renew after": graceAfter === undefined ? undefined : time(graceAfter, now),
    tokens: ticket.tokens.length === 0 ? undefined : ticket.tokens.join(", "),
    "user data": ticket.userData,
    "client address": ticket.clientAddress,
    multifactor: ticket.multifactor ? "yes" : undefined,
    "basic auth": ticket.basicAuth === undefined ? undefined : "[secret]",
    audience: ticket.audience.length === 0 ? undefined : ticket.audience.join(", "),
    "key id": ticket.keyId,
    "issued at": issuedAt === undefined ? undefined : time(issuedAt, now),
    "sign-in id": ticket.signInId,
    "ticket id": ticket.ticketId,
    "bound to key": ticket.confirmationKey,
    ...Object.fromEntries([...ticket.otherFields].map(([name, value]) => [`(${name})`, value])),
  };
  return Object.entries(fields).flatMap(([label, value]) =>
    value === undefined ? [] : [`${printable(label).padEnd(15)} ${printable(value)}`],
  );
}

/** The same for scripts. A password inside the ticket is not repeated. */
export function ticketJson(ticket: Ticket): object {
  return {
    ...ticket,
    basicAuth: ticket.basicAuth === undefined ? undefined : "[secret]",
    otherFields: Object.fromEntries(ticket.otherFields),
  };
}

function time(seconds: EpochSeconds, now: EpochSeconds): string {
  const utc = new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
  const distance = duration(Math.abs(seconds - now));
  return `${utc} (${seconds}; ${seconds >= now ? `in ${distance}` : `${distance} ago`})`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
