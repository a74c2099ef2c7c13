import { type Answer, unstored } from "./answer.ts";

const style =
  "body{max-width:38rem;margin:4rem auto;padding:0 1rem;font:1.05rem/1.6 system-ui,sans-serif;color:#1c1e21;background:#fff}" +
  "h1{font-size:1.5rem}a{color:#0b57d0}@media(prefers-color-scheme:dark){body{color:#e8eaed;background:#18191b}a{color:#8ab4f8}}";

/** The digest of {@link style}; a test compares them. */
const styleDigest = "sha256-nb9rcqbs/ZenkQqkDh8F9xp2jFeN4Zxbi52oyTM7Yes=";

/** A page that says something, and does nothing. */
export function textPage(
  status: number,
  title: string,
  paragraphs: readonly string[],
  link?: { readonly href: string; readonly text: string },
): Answer {
  const body = [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>`,
    `<meta name="viewport" content="width=device-width"><style>${style}</style></head><body><main><h1>${escaped(title)}</h1>`,
    ...paragraphs.map((text) => `<p>${escaped(text)}</p>`),
    link === undefined ? "" : `<p><a href="${escaped(link.href)}">${escaped(link.text)}</a></p>`,
    "</main></body></html>\n",
  ];
  return { status, headers: [...pageHeaders, ...unstored], body: body.join("") };
}

const pageHeaders = [
  ["Content-Type", "text/html; charset=utf-8"],
  [
    "Content-Security-Policy",
    `default-src 'none'; style-src '${styleDigest}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  ],
  ["X-Content-Type-Options", "nosniff"],
  ["Referrer-Policy", "no-referrer"],
] as const;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}
