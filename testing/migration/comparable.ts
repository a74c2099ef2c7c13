import type { Answer, Seen } from "./exchange.ts";

/**
 * An answer in the form in which the two sides are compared. The way back is decoded, since the module
 * writes `%3a` and leaves `+` where we write `%3A` and `%2B`.
 */
export interface Comparable {
  readonly status: number;
  /** The location up to and with the name of the back argument and its equals sign. */
  readonly page: string | undefined;
  readonly back: string | undefined;
  readonly seen: Identity | undefined;
}

/** What the application learned of its visitor, beside the headers that the visitor sent. */
export type Identity = Omit<Seen, "cookie">;

/** The back argument stands last on both sides, and holds no bare equals sign. */
export function comparable(answer: Answer): Comparable {
  const { status, location } = answer;
  const seen = answer.seen && identityIn(answer.seen);
  if (location === undefined) return { status, page: undefined, back: undefined, seen };
  const valueAt = location.lastIndexOf("=") + 1;
  const back = decodeURIComponent(location.slice(valueAt));
  return { status, page: location.slice(0, valueAt), back, seen };
}

function identityIn({ user, tokens, data, authType, authorization }: Seen): Identity {
  return { user, tokens, data, authType, authorization };
}
