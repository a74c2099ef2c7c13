import type { Digest, SignatureAlgorithm } from "@countersign/ticket";
import type { KeyKind } from "./openssl.ts";

/** How a kind of key signs, in our words and in those of the openssl command. */
export interface SigningWay {
  readonly algorithm: SignatureAlgorithm;
  /** What a key is imported with; Ed25519 and P-256 have their own. */
  readonly digest: Digest | undefined;
  /** What `openssl dgst` is told; Ed25519 takes none. */
  readonly commandDigest: Digest | undefined;
}

/** Every algorithm that RSA and DSA keys can be used with, and so every one the old module has. */
export const digests: readonly Digest[] = ["sha1", "sha224", "sha256", "sha384", "sha512"];

/** All kinds of key that tickets are signed with. */
export const keyKinds: readonly KeyKind[] = [
  { type: "rsa", bits: 2048 },
  { type: "rsa", bits: 3072 },
  { type: "rsa", bits: 4096 },
  { type: "dsa", bits: 1024 },
  { type: "dsa", bits: 2048 },
  { type: "ecdsa" },
  { type: "ed25519" },
];

/** `rsa 2048`, `ed25519` … */
export function nameOf(kind: KeyKind): string {
  return "bits" in kind ? `${kind.type} ${kind.bits}` : kind.type;
}

/** Every way in which a key of `kind` can sign. */
export function waysOf(kind: KeyKind): readonly SigningWay[] {
  switch (kind.type) {
    case "rsa":
    case "dsa": {
      const { type } = kind;
      return digests.map((digest) => ({
        algorithm: `${type}-${digest}`,
        digest,
        commandDigest: digest,
      }));
    }
    case "ecdsa":
      return [{ algorithm: "ecdsa-p256", digest: undefined, commandDigest: "sha256" }];
    case "ed25519":
      return [{ algorithm: "ed25519", digest: undefined, commandDigest: undefined }];
  }
}
