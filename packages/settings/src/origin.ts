import * as z from "zod";

const expected = 'an origin such as "https://wiki.example.com" (scheme, host, port; no path)';

/** `scheme://host[:port]` of a web site, in its canonical spelling: lower case, no default port. */
export const origin = z
  .string()
  .transform((text, context): string => {
    const url = /^https?:\/\/[^/?#@\\\s]+$/i.test(text) ? URL.parse(text) : null;
    if (url !== null) return url.origin;
    context.addIssue({ code: "custom", message: expected });
    return z.NEVER;
  })
  .meta({ title: 'origin such as "https://wiki.example.com"' });
