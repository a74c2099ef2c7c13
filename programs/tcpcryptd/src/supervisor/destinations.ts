import { BlockList } from "node:net";
import type { AddressBlock } from "@countersign/settings";
import type { Family } from "../kernel/kernel.ts";

/** The family of an address that is known to be one. */
export function familyOf(address: string): Family {
  return address.includes(":") ? 6 : 4;
}

/** Whether an address lies in one of the blocks; no blocks mean everywhere. */
export function isAmong(address: string, blocks: readonly AddressBlock[]): boolean {
  if (blocks.length === 0) return true;
  return blocks.some((block) => isWithin(address, block));
}

/** The blocks of one family without those that others hold: nft refuses sets that overlap. */
export function distinctBlocks(blocks: readonly AddressBlock[], family: Family): AddressBlock[] {
  const ofFamily = blocks.filter(({ address }) => familyOf(address) === family);
  return ofFamily.filter(
    (block, index) =>
      !ofFamily.some(
        (other, at) => at !== index && holds(other, block) && !(holds(block, other) && at > index),
      ),
  );
}

/** `10.0.0.0/8`, or the address alone where the block is one. */
export function writeBlock({ address, prefixLength }: AddressBlock): string {
  const whole = familyOf(address) === 4 ? 32 : 128;
  return prefixLength === whole ? address : `${address}/${prefixLength}`;
}

function holds(outer: AddressBlock, inner: AddressBlock): boolean {
  return outer.prefixLength <= inner.prefixLength && isWithin(inner.address, outer);
}

function isWithin(address: string, { address: start, prefixLength }: AddressBlock): boolean {
  const family = familyOf(start) === 4 ? "ipv4" : "ipv6";
  if (familyOf(address) !== familyOf(start)) return false;
  const list = new BlockList();
  list.addSubnet(start, prefixLength, family);
  return list.check(address, family);
}
