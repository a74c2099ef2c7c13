import { type AddressRanges, createAddressRanges } from "../visit/address-ranges.ts";
import type { Visit } from "../visit/visit.ts";

/** What a visit must be like, beside its path, to belong to a place. */
export interface ConditionOptions {
  /** In capitals; `GET` stands for HEAD, too. */
  readonly methods?: readonly string[] | undefined;
  /** Client addresses: `10.0.0.0/8`. */
  readonly networks?: readonly string[] | undefined;
  /** Arguments of the query, decoded, each with the value it must have. */
  readonly arguments?: Readonly<Record<string, string>> | undefined;
}

/** The part of a visit that conditions see. */
export interface Conditioned {
  readonly visit: Visit;
  /** The decoded arguments of the query, of which none that matters is there twice. */
  readonly query: URLSearchParams;
}

/** Whether a visit belongs to a place; `undefined` for a place without conditions. */
export type Condition = ((conditioned: Conditioned) => boolean) | undefined;

/** @throws {PolicyError} `bad-address-range`. */
export function createCondition(options: ConditionOptions): Condition {
  const { methods, networks, arguments: wanted } = options;
  if (methods === undefined && networks === undefined && wanted === undefined) return undefined;
  const ranges = networks === undefined ? undefined : createAddressRanges(networks);
  return ({ visit, query }) =>
    hasMethod(visit.method, methods) &&
    isWithin(visit.clientAddress, ranges) &&
    Object.entries(wanted ?? {}).every(([name, value]) => query.get(name) === value);
}

function hasMethod(method: string, methods: readonly string[] | undefined): boolean {
  if (methods === undefined || methods.includes(method)) return true;
  return method === "HEAD" && methods.includes("GET");
}

function isWithin(address: string, ranges: AddressRanges | undefined): boolean {
  return ranges === undefined || ranges.holds(address);
}
