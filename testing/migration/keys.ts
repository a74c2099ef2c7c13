import { createPrivateKey, type KeyObject } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  allowLegacySignatures,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  verificationKeyOf,
} from "@countersign/ticket";

/** The keys that tickets of the old sites are signed with. */
export const keyNames = ["rsa", "other-rsa", "dsa", "small-dsa"] as const;

/** One of {@link keyNames}. */
export type KeyName = (typeof keyNames)[number];

/** The private halves. */
export type Keys = Readonly<Record<KeyName, KeyObject>>;

const kinds = {
  rsa: ["rsa", 2048],
  "other-rsa": ["rsa", 2048],
  dsa: ["dsa", 2048],
  "small-dsa": ["dsa", 1024],
} as const satisfies Record<KeyName, unknown>;

/** Makes all keys anew. */
export function makeKeys(): Keys {
  const made = keyNames.map((name) => {
    const [type, bits] = kinds[name];
    return [name, createPrivateKey(generatePrivateKeyPem(type, bits))] as const;
  });
  return Object.fromEntries(made) as unknown as Keys;
}

/** Writes the public halves into `folder`, as `rsa.pem` and so on. */
export function writePublicKeys(keys: Keys, folder: string): void {
  for (const name of keyNames) {
    const pem = keys[name].export({ type: "pkcs8", format: "pem" }).toString();
    const key = importPrivateKey(pem, { legacy: allowLegacySignatures });
    writeFileSync(join(folder, `${name}.pem`), exportPublicPem(verificationKeyOf(key)));
  }
}
