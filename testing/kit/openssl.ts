import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** A kind of key that the openssl command can make. */
export type KeyKind =
  | { readonly type: "rsa"; readonly bits: 2048 | 3072 | 4096 }
  | { readonly type: "dsa"; readonly bits: 1024 | 2048 }
  | { readonly type: "ecdsa" }
  | { readonly type: "ed25519" };

/** The files of a key pair: PKCS#8 and SubjectPublicKeyInfo in PEM. */
export interface KeyFiles {
  readonly privateFile: string;
  readonly publicFile: string;
}

/** Makes a key pair in `folder` with the openssl command. */
export function makeKeyFiles(folder: string, kind: KeyKind): KeyFiles {
  const name = randomUUID();
  const files = {
    privateFile: join(folder, `${name}.pem`),
    publicFile: join(folder, `${name}.pub.pem`),
  };
  openssl(["genpkey", ...generation(folder, name, kind), "-out", files.privateFile]);
  openssl(["pkey", "-in", files.privateFile, "-pubout", "-out", files.publicFile]);
  return files;
}

/** Signs as `openssl dgst -<digest> -sign` does; without a digest as Ed25519 wants it. */
export function signWithOpenssl(
  privateFile: string,
  digest: string | undefined,
  payload: string,
): Buffer {
  if (digest !== undefined) {
    return openssl(["dgst", `-${digest}`, "-sign", privateFile], payload);
  }
  const input = besides(privateFile, payload);
  return openssl(["pkeyutl", "-sign", "-rawin", "-inkey", privateFile, "-in", input]);
}

/** Whether the openssl command accepts `signature`. */
export function isAcceptedByOpenssl(
  publicFile: string,
  digest: string | undefined,
  payload: string,
  signature: Uint8Array,
): boolean {
  const input = besides(publicFile, payload);
  const signed = besides(publicFile, signature);
  const args =
    digest !== undefined
      ? ["dgst", `-${digest}`, "-verify", publicFile, "-signature", signed, input]
      : ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", publicFile]
          .concat(["-sigfile", signed])
          .concat(["-in", input]);
  const { status, error } = spawnSync("openssl", args);
  if (error !== undefined) throw error;
  return status === 0;
}

/** Makes a certificate for `host` that it signs itself, and its key; gives their files. */
export function makeCertificate(
  folder: string,
  host: string,
): { readonly certificateFile: string; readonly keyFile: string } {
  const certificateFile = join(folder, "certificate.pem");
  const keyFile = join(folder, "certificate.key.pem");
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const names = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`];
  openssl(["req", "-x509", ...key, ...names, "-keyout", keyFile, "-out", certificateFile]);
  return { certificateFile, keyFile };
}

/** Whether the openssl command can read a key file and finds it sound. */
export function isKeyOfOpenssl(file: string, half: "private" | "public"): boolean {
  const args = ["pkey", "-in", file, "-noout", half === "public" ? "-pubcheck" : "-check"];
  return spawnSync("openssl", half === "public" ? [...args, "-pubin"] : args).status === 0;
}

function generation(folder: string, name: string, kind: KeyKind): string[] {
  switch (kind.type) {
    case "rsa":
      return ["-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${kind.bits}`];
    case "dsa": {
      const parameters = join(folder, `${name}.parameters.pem`);
      const size = `dsa_paramgen_bits:${kind.bits}`;
      openssl(["genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", size, "-out", parameters]);
      return ["-paramfile", parameters];
    }
    case "ecdsa":
      return ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
    case "ed25519":
      return ["-algorithm", "ED25519"];
  }
}

export function openssl(args: readonly string[], input = ""): Buffer {
  return execFileSync("openssl", args, { input, stdio: ["pipe", "pipe", "pipe"] });
}

/** A file in the folder of the key, which its owner removes. */
function besides(keyFile: string, content: string | Uint8Array): string {
  const file = `${keyFile}.${randomUUID()}`;
  writeFileSync(file, content);
  return file;
}
