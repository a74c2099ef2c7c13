import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { ticketCookieValues } from "@countersign/ticket";
import { serialize } from "hono/utils/cookie";

/** What ties a form to the browser that it was shown in. */
export interface FormTokens {
  /** The hidden field of a form, and the cookie to set if the browser has none yet. */
  issue(cookieHeader: string): { readonly token: string; readonly setCookie: string | undefined };
  /** Whether `token` was issued to the browser that sends these cookies. */
  accepts(cookieHeader: string, token: string | undefined): boolean;
  /** Makes the browser forget, so that forms from before a sign-in end with it. */
  readonly clearCookie: string;
}

/**
 * Synchroniser tokens without a store: the cookie is a random id, the token its HMAC. Over TLS the
 * `__Host-` prefix keeps other hosts of the domain from planting an id of their own.
 */
export function createFormTokens(secret: Uint8Array, isSecure: boolean): FormTokens {
  const name = isSecure ? "__Host-countersign_form" : "countersign_form";
  const attributes = { path: "/", httpOnly: true, secure: isSecure, sameSite: "Lax" } as const;
  const tokenOf = (id: string) => createHmac("sha256", secret).update(id).digest("base64url");

  return {
    issue(cookieHeader) {
      // An id in use is kept: other tabs have forms that were made for it.
      const known = ticketCookieValues(cookieHeader, name).find(isFormId);
      if (known !== undefined) return { token: tokenOf(known), setCookie: undefined };
      const id = randomBytes(16).toString("base64url");
      return { token: tokenOf(id), setCookie: serialize(name, id, attributes) };
    },
    accepts(cookieHeader, token) {
      if (token === undefined) return false;
      const given = Buffer.from(token);
      return ticketCookieValues(cookieHeader, name)
        .filter(isFormId)
        .some((id) => {
          const right = Buffer.from(tokenOf(id));
          return given.length === right.length && timingSafeEqual(given, right);
        });
    },
    clearCookie: serialize(name, "", { ...attributes, maxAge: 0 }),
  };
}

function isFormId(value: string): boolean {
  return /^[A-Za-z0-9_-]{22}$/.test(value);
}
