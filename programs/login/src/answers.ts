import type { Html } from "./html.ts";

/**
 * What every answer says to browsers, pages and redirects alike. `same-origin` rather than
 * `no-referrer`, because with the latter browsers send `Origin: null` with our own forms.
 */
const strictHeaders = {
  "cache-control": "no-store",
  "content-security-policy": [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

/** Headers of one answer beside the strict ones; `Set-Cookie` has its own list. */
export interface AnswerOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly (string | undefined)[];
}

/** A page. */
export function answerPage(status: number, page: Html, options: AnswerOptions = {}): Response {
  return answer(status, page.toString(), "text/html; charset=utf-8", options);
}

/** An answer for programs. */
export function answerJson(status: number, value: object, options: AnswerOptions = {}): Response {
  return answer(status, `${JSON.stringify(value)}\n`, "application/json", options);
}

/** An answer of one line. */
export function answerText(status: number, text: string): Response {
  return answer(status, `${text}\n`, "text/plain; charset=utf-8", {});
}

/** Sends the browser on by GET (303), to a path of ours or to the URL of an accepted return address. */
export function redirect(to: `/${string}` | URL, options: AnswerOptions = {}): Response {
  return answer(303, null, undefined, {
    ...options,
    headers: { ...options.headers, location: typeof to === "string" ? to : to.href },
  });
}

/** A file that never changes under its address. */
export function answerAsset(
  body: Uint8Array<ArrayBuffer>,
  type: string,
  caching: string,
): Response {
  return new Response(body, {
    headers: { ...strictHeaders, "content-type": type, "cache-control": caching },
  });
}

function answer(
  status: number,
  body: string | null,
  type: string | undefined,
  { headers, cookies = [] }: AnswerOptions,
): Response {
  const all = new Headers({ ...strictHeaders, ...headers });
  if (type !== undefined) all.set("content-type", type);
  for (const cookie of cookies) if (cookie !== undefined) all.append("set-cookie", cookie);
  return new Response(body, { status, headers: all });
}
