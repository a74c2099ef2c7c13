import {
  createEncodedCache,
  createVerifier,
  encodeTicket,
  verificationKeyOf,
} from "@countersign/ticket";
import { createVerifier as createJwtVerifier } from "fast-jwt";
import { jwtsOf, publicPem } from "../jwts.ts";
import { compare, expectOk, roundRobin } from "../measure.ts";
import type { Row } from "../table.ts";
import { at, issueMany, newKey, now } from "../tickets.ts";

const hotTickets = 2048;
const name = "auth_pubtkt";

/** The same visitors again and again, each time in a header string that V8 has not seen. */
export function verifyCachedRows(): Row[] {
  const key = newKey("rsa");
  const publicKey = verificationKeyOf(key);
  const headers = issueMany(key, hotTickets).map((text) =>
    Buffer.from(`theme=dark; ${name}=${encodeTicket(text)}`, "latin1"),
  );
  const pem = key.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const jwtHeaders = jwtsOf(pem, hotTickets).map((jwt) =>
    Buffer.from(`theme=dark; ${name}=${jwt}`, "latin1"),
  );

  const cache = createEncodedCache({ maxEntries: 2 * hotTickets, maxBytes: 100_000_000 });
  const verifier = createVerifier({ keys: [publicKey], cache });
  const ours = roundRobin(headers, (header) =>
    expectOk(verifier.verifyCookies(header.toString("latin1"), name, at)?.ok),
  );

  const options = {
    key: publicPem(publicKey.publicKey),
    cache: 2 * hotTickets,
    clockTimestamp: now * 1000,
  };
  const peers = {
    "fast-jwt, cached": { verify: createJwtVerifier(options), goal: 10 },
    "fast-jwt, cached, cache key = token": {
      verify: createJwtVerifier({ ...options, cacheKeyBuilder: (token: string) => token }),
      goal: 3.5,
    },
  };
  return Object.entries(peers).map(([peer, { verify, goal }]) => ({
    name: `verify from a Cookie header, cached, ${hotTickets} tickets`,
    peer,
    goal,
    comparison: compare(
      ours,
      roundRobin(jwtHeaders, (header) => {
        const text = header.toString("latin1");
        expectOk(verify(text.slice(text.indexOf(name) + name.length + 1)).sub !== undefined);
      }),
    ),
  }));
}
