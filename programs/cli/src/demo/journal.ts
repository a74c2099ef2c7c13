import { printable, say, styled, type Terminal } from "../terminal.ts";
import type { SiteVisit } from "./site.ts";

/** Tells on the terminal what happens, one line each. */
export interface Journal {
  /** A line of the login server's audit log. */
  audit(line: string): void;
  visit(visit: SiteVisit): void;
}

/** Writes to standard output. */
export function createJournal(terminal: Terminal): Journal {
  const write = (who: string, what: string, kind: "good" | "away" | "bad") => {
    const time = new Date(terminal.now() * 1000).toTimeString().slice(0, 8);
    const mark = styled(terminal, colours[kind], marks[kind]);
    say(terminal, `  ${time}  ${mark} ${who.padEnd(5)} ${printable(what)}`);
  };
  return {
    audit(line) {
      const { event = "", user = "", reason } = JSON.parse(line) as Partial<Record<string, string>>;
      const words = wordsOf[event]?.(user) ?? event;
      const because = reason === undefined ? "" : ` (${reason})`;
      write("sso", words + because, isGood(event) ? "good" : "bad");
    },
    visit({ site, path, user, status, location }) {
      const page = path.length > 40 ? `${path.slice(0, 40)}…` : path;
      if (location !== undefined) {
        write(site.name, `${page}: ${whyAway(new URL(location))}`, "away");
      } else {
        const what = user === undefined ? "refused" : `shown to ${user}`;
        write(site.name, `${page}: ${what} (${status})`, status < 400 ? "good" : "bad");
      }
    },
  };
}

const marks = { good: "✓", away: "→", bad: "✗" } as const;
const colours = { good: "green", away: "yellow", bad: "red" } as const;

/** The audit log's events in a sentence. */
const wordsOf: Readonly<Record<string, (user: string) => string>> = {
  "sign-in": (user) => `${user} signed in`,
  "sign-in-refused": () => "name and password do not match",
  "sign-in-throttled": () => "too many attempts to sign in",
  renewal: (user) => `renewed the ticket of ${user}`,
  "renewal-refused": (user) => `did not renew the ticket of ${user}`,
  "sign-out": (user) => `${user} signed out`,
  "forged-form": () => "refused a form that is not ours",
  failure: () => "a request failed",
};

function isGood(event: string): boolean {
  return ["sign-in", "renewal", "sign-out"].includes(event);
}

/** Why a site sent a visitor to the login server, by where it sent them. */
function whyAway({ pathname, searchParams }: URL): string {
  if (pathname === "/refresh") return "ticket due for renewal";
  switch (searchParams.get("reason")) {
    case null:
      return "no ticket: please sign in";
    case "forbidden":
      return "the right is missing";
    default:
      return "ticket no longer valid: please sign in again";
  }
}
