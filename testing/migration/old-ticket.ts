import { sign } from "node:crypto";
import { encodeTicket } from "@countersign/ticket";
import type { KeyName, Keys } from "./keys.ts";

/** Every damage by which a ticket loses its signature. */
export const damages = [
  "one character of the payload changed",
  "the signature cut short",
  "no signature",
  "an empty signature",
  "another ticket's signature",
] as const;

/** What is done to a ticket after it was signed; the last three leave it one to the module. */
export type Damage =
  | (typeof damages)[number]
  | "something after the signature"
  | "no padding"
  | "unused bits";

/** A ticket to be: nothing in it has been checked, so that it may be any old writer's, or nobody's. */
export interface TicketPlan {
  /** In their order, as they are. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Another key than the one that the place trusts. */
  readonly key?: KeyName | undefined;
  /** Another digest than the one that the place is set to. */
  readonly digest?: string | undefined;
  readonly damage?: Damage | undefined;
  /** The characters in which an old writer wrote it; UTF-8 unless given. */
  readonly encoding?: "latin1" | undefined;
}

/** Who signs. */
export interface Signer {
  readonly keys: Keys;
  readonly key: KeyName;
  readonly digest: string;
}

let written = 0;

/**
 * Signs and damages a ticket. A field that nobody reads makes each its own: the module's cache knows
 * tickets by their text, whatever key and digest they need.
 */
export function writeTicket(plan: TicketPlan, { keys, ...signer }: Signer): string {
  written += 1;
  const fields = [...plan.fields, ["number", String(written)]];
  const payload = fields.map(([name, value]) => `${name}=${value}`).join(";");
  const { key = signer.key, digest = signer.digest } = plan;
  const sig = (text: string) =>
    sign(digest, Buffer.from(text, plan.encoding ?? "utf8"), keys[key]).toString("base64");
  return damaged(payload, sig, plan.damage);
}

function damaged(payload: string, sig: (text: string) => string, damage: Damage | undefined) {
  let good = `${payload};sig=${sig(payload)}`;
  // A signature of DSA has padding or not, and another one each time.
  while (/no padding|unused bits/.test(damage ?? "") && !good.endsWith("=")) {
    good = `${payload};sig=${sig(payload)}`;
  }
  switch (damage) {
    case undefined:
      return good;
    case "one character of the payload changed":
      return good.replace(/uid=./, "uid=~");
    case "the signature cut short":
      return good.slice(0, -24);
    case "no signature":
      return `${payload};udata=${"x".repeat(80)}`;
    case "an empty signature":
      return `${payload};udata=${"x".repeat(80)};sig=`;
    case "another ticket's signature":
      return `${payload};sig=${sig(`${payload}0`)}`;
    case "something after the signature":
      return `${good};admin=1`;
    case "no padding":
      return good.replace(/=+$/, "");
    case "unused bits":
      // Of the last character's six bits the lowest says nothing before "=".
      return good.replace(/[A-Za-z0-9+/](?==+$)/, (last) => neighbourOf(last));
  }
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function neighbourOf(character: string): string {
  return alphabet[alphabet.indexOf(character) ^ 1] ?? "";
}

/** Every way in which a visitor brings a ticket. */
export const carriers = [
  "cookie",
  "cookie among others",
  "cookie in quotes",
  "cookie as PHP writes it",
  "cookie after an empty one",
  "cookie after a bad one",
  "cookie whose name ends alike",
  "cookie inside another",
  "first of two Cookie fields",
  "second of two Cookie fields",
  "X-Ticket",
  "X-Ticket beside a bad cookie",
  "bad X-Ticket beside a cookie",
] as const;

/** One of {@link carriers}. */
export type Carrier = (typeof carriers)[number];

/** The headers that carry the ticket's text; the cookie's name is that of the place. */
export function carry(
  text: string,
  carrier: Carrier,
  cookieName: string,
  encoding?: TicketPlan["encoding"],
): [string, string][] {
  const encoded = encoding === "latin1" ? encodeLatin1 : encodeTicket;
  const value = encoded(text);
  const bad = encoded(text.replace("uid=", "uid=x"));
  const cookie = (line: string): [string, string] => ["Cookie", line];
  const pair = `${cookieName}=${value}`;
  const headers: Record<Carrier, () => [string, string][]> = {
    cookie: () => [cookie(pair)],
    "cookie among others": () => [cookie(`theme=dark; ${pair}; lang=en`)],
    "cookie in quotes": () => [cookie(`${cookieName}="${value}"`)],
    "cookie as PHP writes it": () => [cookie(pair.replaceAll("%20", "+"))],
    "cookie after an empty one": () => [cookie(`${cookieName}=; ${pair}`)],
    "cookie after a bad one": () => [cookie(`${cookieName}=${bad}; ${pair}`)],
    "cookie whose name ends alike": () => [cookie(`x${pair}`)],
    "cookie inside another": () => [cookie(`pref=${pair}`)],
    "first of two Cookie fields": () => [cookie(pair), cookie("theme=dark")],
    "second of two Cookie fields": () => [cookie("theme=dark"), cookie(pair)],
    "X-Ticket": () => [["X-Ticket", value]],
    "X-Ticket beside a bad cookie": () => [["X-Ticket", value], cookie(`${cookieName}=${bad}`)],
    "bad X-Ticket beside a cookie": () => [["X-Ticket", bad], cookie(pair)],
  };
  return headers[carrier]();
}

function encodeLatin1(text: string): string {
  const encodeByte = (byte: number) => `%${byte.toString(16).padStart(2, "0")}`;
  return Array.from(Buffer.from(text, "latin1"), encodeByte).join("");
}
