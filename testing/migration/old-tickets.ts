import { createCipheriv } from "node:crypto";
import { passthruKey } from "./old-sites.ts";
import { damages, type TicketPlan } from "./old-ticket.ts";

type Fields = TicketPlan["fields"];

const now = Math.floor(Date.now() / 1000);
const hour = 3_600;

/** Servers have no clock but the real one: all times keep an hour's distance from it. */
export const moments = { past: String(now - hour), future: String(now + hour) } as const;

const later: Fields[number] = ["validuntil", moments.future];
const ada: Fields = [["uid", "ada.lovelace"], later];
const staff: Fields[number] = ["tokens", "staff,ops"];
const admin: Fields[number] = ["tokens", "staff,admin"];
const over: Fields[number] = ["graceperiod", moments.past];
const elsewhere: Fields[number] = ["cip", "192.0.2.7"];
const credentials = "ada:pass word";

const expired: Fields = [["uid", "ada.lovelace"], ["validuntil", moments.past], staff];

/** `bauth` as old login servers encrypt it. */
export function encryptedBauth(text: string, key = passthruKey): string {
  const iv = Buffer.alloc(16, 7);
  const cipher = createCipheriv("aes-128-cbc", key, iv).setAutoPadding(false);
  const padded = Buffer.alloc(Math.ceil(text.length / 16) * 16);
  padded.write(text);
  return Buffer.concat([iv, cipher.update(padded), cipher.final()]).toString("base64");
}

/** Tickets that both sides judge alike. */
export const honestTickets: Readonly<Record<string, TicketPlan>> = {
  good: { fields: [...ada, staff, ["udata", "Größe = 100 % + mehr"]] },
  "a name only": { fields: ada },
  "what PHP writes": {
    fields: [
      ["uid", "ada.lovelace"],
      ["cip", "127.0.0.1"],
      ["validuntil", moments.future],
      ["graceperiod", moments.future],
      ["tokens", ""],
      ["udata", ""],
      ["bauth", ""],
    ],
  },
  "what Perl writes": { fields: [...ada, ["multifactor", ""], staff] },
  "a name of 80 bytes": { fields: [["uid", "ada.".repeat(20)], later, staff] },
  "a space at an end": { fields: [...ada, ["udata", "Ada "]] },
  "another user": { fields: [["uid", "grace.hopper"], later, staff] },
  "the token": { fields: [...ada, admin] },
  "a longer token": { fields: [...ada, ["tokens", "administrator,adm"]] },
  "tokens with gaps": { fields: [...ada, ["tokens", ",ops,,admin"]] },
  expired: { fields: expired },
  "expired and from elsewhere": { fields: [...expired, elsewhere] },
  "in grace": { fields: [...ada, admin, over, ["multifactor", "1"]] },
  "in grace and nothing else": { fields: [...ada, over] },
  "grace to come": { fields: [...ada, admin, ["graceperiod", moments.future]] },
  "no grace": { fields: [...ada, admin, ["graceperiod", "0"]] },
  "from here": { fields: [...ada, staff, ["cip", "127.0.0.1"]] },
  "from elsewhere": { fields: [...ada, staff, elsewhere] },
  "validuntil of 0": {
    fields: [
      ["uid", "ada.lovelace"],
      ["validuntil", "0"],
    ],
  },
  "no uid": { fields: [["uid", ""], later] },
  "no validuntil": { fields: [["uid", "ada.lovelace"], staff] },
  ...Object.fromEntries(
    ["0", "1", "2", "01", "10"].map((value) => [
      `multifactor ${value}`,
      { fields: [...ada, ["multifactor", value]] },
    ]),
  ),
  "everything right": { fields: [...ada, admin, ["multifactor", "1"]] },
  "a password": {
    fields: [...ada, ["bauth", Buffer.from(credentials).toString("base64")]],
  },
  "an encrypted password": { fields: [...ada, ["bauth", encryptedBauth(credentials)]] },
  "unknown fields": { fields: [...ada, ["shoe", "42"], ["sid", "x"]] },
  "another key": { fields: ada, key: "other-rsa", digest: "SHA256" },
  "another digest": { fields: ada, digest: "sha512-256" },
  ...Object.fromEntries(damages.map((damage) => [damage, { fields: ada, damage }])),
};
