import { readFileSync } from "node:fs";
import type { Aead, Tep } from "../src/index.ts";

/** One entry of testing/vectors/tcpcrypt.json. All strings but `name` and `note` are hexadecimal. */
export interface TcpcryptVector {
  readonly name: string;
  readonly tep: Tep;
  readonly aead: Aead;
  readonly privA: string;
  readonly privB: string;
  readonly pubA: string;
  readonly pubB: string;
  readonly nA: string;
  readonly nB: string;
  readonly enoA: string;
  readonly enoB: string;
  readonly init1: string;
  readonly init2: string;
  readonly es: string;
  readonly ss0: string;
  readonly ss1: string;
  readonly ss2: string;
  readonly sessionId: string;
  readonly mk0: string;
  readonly mk1: string;
  readonly kab0: string;
  readonly kba0: string;
  readonly framesA: readonly string[];
  readonly framesB: readonly string[];
  readonly note: string;
  readonly resume1: {
    readonly id: string;
    readonly nonceA: string;
    readonly nonceB: string;
    readonly suboptA: string;
    readonly suboptB: string;
    readonly sessionId: string;
    readonly mk0: string;
    readonly kab0: string;
    readonly kba0: string;
  };
}

/** One entry of testing/vectors/key-agreement.json, in hexadecimal. */
export interface KeyAgreementVector {
  readonly tep: Tep;
  readonly privateA: string;
  readonly publicA: string;
  readonly privateB: string;
  readonly publicB: string;
  readonly secret: string;
}

export const tcpcryptVectors: readonly TcpcryptVector[] = read("tcpcrypt.json");
export const keyAgreementVectors: readonly KeyAgreementVector[] = read("key-agreement.json");

export function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("hex");
}

export function unhex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "hex"));
}

function read<Vector>(file: string): readonly Vector[] {
  const url = new URL(`../../../testing/vectors/${file}`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8"));
}
