import { createSigner } from "fast-jwt";
import { fieldsOf } from "./tickets.ts";

/** The claims of {@link fieldsOf} as JWTs. */
export function jwtsOf(privatePem: string, howMany: number): string[] {
  const sign = createSigner({ key: privatePem, algorithm: "RS256", noTimestamp: true });
  return Array.from({ length: howMany }, (_, index) => {
    const { uid, validUntil, graceAfter, tokens, userData, issuedAt, signInId } = fieldsOf(index);
    const claims = { sub: uid, exp: validUntil, grace: graceAfter, tokens, udata: userData };
    return sign({ ...claims, iat: issuedAt, sid: signInId });
  });
}

/** The public key as fast-jwt takes it. */
export function publicPem(key: {
  export(options: { type: "spki"; format: "pem" }): string | Buffer;
}): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}
