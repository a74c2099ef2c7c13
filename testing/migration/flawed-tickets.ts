import type { TicketPlan } from "./old-ticket.ts";
import { moments } from "./old-tickets.ts";

/** A ticket that the module takes and we refuse, or take for what it says. */
export interface FlawedTicket extends TicketPlan {
  /** The point of the list that it shows. */
  readonly point: 6 | 7 | 8 | 9 | 10 | 20;
  /** The honest ticket that we judge it like; absent: it is no ticket to us. */
  readonly like?: TicketPlan | undefined;
}

const later = ["validuntil", moments.future] as const;
const ada = [["uid", "ada.lovelace"], later] as const;

/** By what is wrong with them. */
export const flawedTickets: Readonly<Record<string, FlawedTicket>> = {
  "a token that is cut": {
    point: 6,
    fields: [...ada, ["tokens", `${"t".repeat(249)},admin-readonly`]],
  },
  "user data that is cut": { point: 6, fields: [...ada, ["udata", "u".repeat(256)]] },
  "a validuntil with letters": {
    point: 7,
    fields: [
      ["uid", "ada.lovelace"],
      ["validuntil", `${moments.future}abc`],
    ],
  },
  "a signed validuntil": {
    point: 7,
    fields: [
      ["uid", "ada.lovelace"],
      ["validuntil", `+${moments.future}`],
    ],
  },
  // It becomes 4294967295, a date that never comes.
  "a negative validuntil": {
    point: 7,
    fields: [
      ["uid", "ada.lovelace"],
      ["validuntil", "-1"],
    ],
  },
  "a grace period with letters": {
    point: 7,
    fields: [...ada, ["graceperiod", `${moments.future}x`]],
  },
  "a second factor with letters": { point: 7, fields: [...ada, ["multifactor", "1x"]] },
  "a second factor with a sign": { point: 7, fields: [...ada, ["multifactor", "+1"]] },
  "something after the signature": {
    point: 8,
    fields: ada,
    damage: "something after the signature",
  },
  "a signature without its padding": { point: 8, fields: ada, damage: "no padding" },
  "unused bits in the signature": { point: 8, fields: ada, damage: "unused bits" },
  "two names": { point: 9, fields: [["uid", "eve"], ...ada] },
  "tokens that a name brought along": {
    point: 9,
    fields: [["uid", "eve;tokens=admin"], later, ["tokens", "admin"]],
  },
  "a word between semicolons": { point: 9, fields: [["uid", "ada.lovelace;admin"], later] },
  "a line feed in bauth": { point: 9, fields: [...ada, ["bauth", "YTpi\nX-Admin: 1"]] },
  "characters in Latin-1": {
    point: 20,
    fields: [...ada, ["udata", "Größe"]],
    encoding: "latin1",
  },
  "an IPv4 address in IPv6": {
    point: 10,
    fields: [...ada, ["cip", "::ffff:127.0.0.1"]],
    like: { fields: [...ada, ["cip", "127.0.0.1"]] },
  },
};
