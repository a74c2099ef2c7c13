import { verify } from "node:crypto";
import { verificationKeyOf, verifyTicket } from "@countersign/ticket";
import { createVerifier } from "fast-jwt";
import { jwtsOf, publicPem } from "../jwts.ts";
import { compare, expectOk, roundRobin } from "../measure.ts";
import type { Row } from "../table.ts";
import { at, issueMany, newKey, now } from "../tickets.ts";

const count = 256;

/** A ticket seen for the first time: parsing and every check, against the bare signature check. */
export function verifyColdRows(): Row[] {
  const goals = { rsa: 0.92, dsa: 0.98, ed25519: 0.98 } as const;
  const names = { rsa: "RSA-2048 SHA-256", dsa: "DSA-2048 SHA-256", ed25519: "Ed25519" } as const;
  const rows: Row[] = (["rsa", "dsa", "ed25519"] as const).map((type) => {
    const key = newKey(type);
    const publicKey = verificationKeyOf(key);
    const tickets = issueMany(key, count);
    const signed = tickets.map((text) => {
      const end = text.indexOf(";sig=");
      const signature = Buffer.from(text.slice(end + 5), "base64");
      return { payload: Buffer.from(text.slice(0, end)), signature };
    });
    const digest = type === "ed25519" ? null : "sha256";
    return {
      name: `verify, cold, ${names[type]}`,
      peer: "bare crypto.verify, same key and bytes",
      goal: goals[type],
      comparison: compare(
        roundRobin(tickets, (text) => expectOk(verifyTicket(text, [publicKey], at).ok)),
        roundRobin(signed, ({ payload, signature }) =>
          expectOk(verify(digest, payload, publicKey.publicKey, signature)),
        ),
      ),
    };
  });
  return [...rows, againstFastJwt()];
}

function againstFastJwt(): Row {
  const key = newKey("rsa");
  const publicKey = verificationKeyOf(key);
  const tickets = issueMany(key, count);
  const pem = key.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const jwts = jwtsOf(pem, count);
  const verifyJwt = createVerifier({
    key: publicPem(publicKey.publicKey),
    cache: false,
    clockTimestamp: now * 1000,
  });
  return {
    name: "verify, cold, RSA-2048 SHA-256",
    peer: "fast-jwt, RS256, uncached, same claims",
    goal: 1,
    comparison: compare(
      roundRobin(tickets, (text) => expectOk(verifyTicket(text, [publicKey], at).ok)),
      roundRobin(jwts, (jwt) => expectOk(verifyJwt(jwt).sub !== undefined)),
    ),
  };
}
