import type { EpochSeconds } from "@countersign/ticket";
import { isSealed, seal } from "../crypto.ts";

/**
 * How often one visitor was sent away in a row. The count travels in the address that the visitor
 * comes back to, since cookies may be what fails.
 */
export interface Round {
  /** Whether the visitor has just come back from where we sent them. */
  readonly isMarked: boolean;
  /** When the first of these redirects was. */
  readonly since: EpochSeconds;
  /** Whether sending away once more would only go on in a circle. */
  readonly isLast: boolean;
  /** A target with the mark that makes the next round of this. */
  mark(target: string): string;
}

/** Reads and writes the marks. */
export interface Rounds {
  /** The target without its mark, and the round that the mark tells of. */
  read(
    target: string,
    origin: string,
    now: EpochSeconds,
  ): { readonly target: string; readonly round: Round };
}

const maxRedirects = 3;
const inARowSeconds = 30;

/** `countersign=<time of the first, base 36>.<count>.<seal>` */
const markPattern = /^countersign=([0-9a-z]{1,8})\.([1-9])\.([A-Za-z0-9_-]{22})$/;

/**
 * Counts with marks that nobody else can make.
 *
 * @param key 32 secret bytes; gateways with the same one count together.
 */
export function createRounds(key: Uint8Array): Rounds {
  return {
    read(marked, origin, now) {
      const { target, mark } = withoutMark(marked);
      const counted = mark === undefined ? undefined : readMark(mark, origin, now, key);
      const { since, count } = counted ?? { since: Math.max(0, Math.floor(now)), count: 0 };
      const round: Round = {
        isMarked: mark !== undefined,
        since,
        isLast: count >= maxRedirects,
        mark(next) {
          const text = `${since.toString(36)}.${Math.min(count + 1, 9)}`;
          const argument = `countersign=${text}.${seal(key, `${origin} ${text}`)}`;
          // A clock that no mark has room for counts nothing.
          if (!markPattern.test(argument)) return next;
          return `${next}${next.includes("?") ? "&" : "?"}${argument}`;
        },
      };
      return { target, round };
    },
  };
}

function withoutMark(target: string): { target: string; mark: string | undefined } {
  if (!target.includes("countersign=")) return { target, mark: undefined };
  const query = target.indexOf("?");
  const pairs = query === -1 ? [] : target.slice(query + 1).split("&");
  const others = pairs.filter((pair) => !markPattern.test(pair));
  if (others.length === pairs.length) return { target, mark: undefined };
  const path = target.slice(0, query);
  return {
    target: others.length === 0 ? path : `${path}?${others.join("&")}`,
    mark: pairs.find((pair) => markPattern.test(pair)),
  };
}

function readMark(mark: string, origin: string, now: EpochSeconds, key: Uint8Array) {
  const [, time = "", count = "", sealed = ""] = markPattern.exec(mark) ?? [];
  if (!isSealed(key, `${origin} ${time}.${count}`, sealed)) return undefined;
  const since = Number.parseInt(time, 36);
  return since <= now && now - since <= inARowSeconds ? { since, count: Number(count) } : undefined;
}
