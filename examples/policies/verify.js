// The visitor of a request that the gateway let in, from its assertion: an application behind a proxy.
import { createRemoteJWKSet, jwtVerify } from "jose";

/** @param {{ headers: { "x-countersign-assertion": string } }} request */
export async function visitorOf(request) {
  const keys = createRemoteJWKSet(new URL("@GATEWAY@/jwks.json"));
  const expected = { issuer: "countersign", audience: "https://wiki.example.com" };
  const { payload } = await jwtVerify(request.headers["x-countersign-assertion"], keys, expected);
  return payload;
}
