/**
 * Writes tickets.json anew: `node testing/vectors/make.ts`. It uses the openssl, php and perl
 * commands and nothing of ours, so that the vectors can prove us wrong.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SignatureAlgorithm } from "@countersign/ticket";

import { keyKinds, nameOf, waysOf } from "../kit/algorithms.ts";
import { makeKeyFiles, signWithOpenssl } from "../kit/openssl.ts";
import { perlScript, phpScript } from "../kit/ticket-scripts.ts";
import type { TicketVector } from "./tickets.ts";

// Keys of 3072 and 4096 bits differ in length alone; the interoperation tests have them.
const kinds = keyKinds.filter((kind) => nameOf(kind) !== "rsa 3072" && nameOf(kind) !== "rsa 4096");

/** What old and new issuers write, from the least to all of it. */
const payloads: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "the fields that are required": { uid: "ada", validuntil: "2000000000" },
  "empty tokens and user data": {
    uid: "foobar",
    validuntil: "2000000000",
    tokens: "",
    udata: "",
  },
  "every field of the old module": {
    uid: "ada.lovelace",
    cip: "192.0.2.7",
    validuntil: "2000000000",
    graceperiod: "1999990000",
    multifactor: "1",
    bauth: "YWRhOnNlY3JldA==",
    tokens: "staff,ops",
    udata: "Ada Lovelace",
  },
  "text beyond ASCII and reserved characters": {
    uid: "zoë",
    validuntil: "2000000000",
    tokens: "staff",
    udata: "50 % + 1 = “mehr”, & so weiter?",
  },
};

const folder = mkdtempSync(join(tmpdir(), "countersign-vectors-"));
try {
  const vectors = [...opensslVectors(), ...scriptVectors()];
  const file = new URL("tickets.json", import.meta.url);
  writeFileSync(file, `${JSON.stringify(vectors, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

function* opensslVectors(): Generator<TicketVector> {
  const [, version] = execFileSync("openssl", ["version"], { encoding: "utf8" }).split(" ");
  for (const kind of kinds) {
    const { privateFile, publicFile } = makeKeyFiles(folder, kind);
    const publicKey = readFileSync(publicFile, "utf8");
    for (const { algorithm, digest, commandDigest } of waysOf(kind)) {
      for (const [shape, fields] of shapesFor(algorithm)) {
        const payload = joined(fields);
        const signature = signWithOpenssl(privateFile, commandDigest, payload).toString("base64");
        yield {
          name: `${nameOf(kind)}, ${algorithm}, ${shape}`,
          madeBy: `openssl ${version}`,
          algorithm,
          ...(digest !== undefined && { digest }),
          publicKey,
          fields,
          cookieValue: encodeURIComponent(`${payload};sig=${signature}`),
        };
      }
    }
  }
}

function* scriptVectors(): Generator<TicketVector> {
  const scripts = [
    ["ticket.php", phpScript],
    ["ticket.pl", perlScript],
  ] as const;
  for (const [madeBy, script] of scripts) {
    for (const type of ["rsa", "dsa"] as const) {
      const { privateFile, publicFile } = makeKeyFiles(folder, { type, bits: 2048 });
      for (const digest of ["sha1", "sha256"] as const) {
        for (const [shape, fields] of Object.entries(payloads)) {
          yield {
            name: `${type}-${digest} by ${madeBy}, ${shape}`,
            madeBy,
            algorithm: `${type}-${digest}`,
            digest,
            publicKey: readFileSync(publicFile, "utf8"),
            fields,
            cookieValue: script.write(fields, privateFile, digest),
          };
        }
      }
    }
  }
}

/** Every shape for one algorithm, one for each of the others: there the signature is the point. */
function shapesFor(algorithm: SignatureAlgorithm) {
  const shapes = Object.entries(payloads);
  return algorithm === "rsa-sha256" ? shapes : shapes.slice(-1);
}

function joined(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(";");
}
