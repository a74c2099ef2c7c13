import { type BadRequest, badRequestTexts, type Reason, reasonTexts } from "@countersign/gateway";
import { seconds } from "@countersign/settings";
import { parseAddress } from "@countersign/ticket";
import * as z from "zod";
import { headerName, token, userName } from "./words.ts";

/** A request line with the whole address: the target stays as it is written. */
export interface TestVisit {
  readonly method: string;
  readonly scheme: "http" | "https";
  /** With its port, if it has one. */
  readonly host: string;
  readonly target: string;
}

const visit = z
  .string()
  .transform((text, context): TestVisit => {
    const read = readVisit(text);
    if (read !== undefined) return read;
    context.addIssue({
      code: "custom",
      message: 'a method and an address, such as "GET https://wiki.example.com/admin"',
    });
    return z.NEVER;
  })
  .meta({ title: 'visit such as "GET https://wiki.example.com/admin"' });

const reasons = Object.keys({ ...reasonTexts, ...badRequestTexts }) as (Reason | BadRequest)[];

/** Visits to try out, each with what should come of it. */
export const tests = z
  .array(
    z.strictObject({
      visit: visit.describe("A method and an address. No request is sent anywhere."),
      user: userName
        .optional()
        .describe("Whose ticket the visitor has. Left out: the visitor has none."),
      tokens: z.array(token).max(64).optional().describe("The tokens in it."),
      multifactor: z.boolean().optional().describe("Whether it tells of a second factor."),
      bound: z.boolean().optional().describe("Whether it is bound to a key."),
      ticket: z
        .enum(["valid", "in-grace", "expired"])
        .optional()
        .describe("How old it is; `valid` unless given."),
      signInAgeSeconds: seconds.optional().describe("How long ago its holder signed in."),
      address: z
        .string()
        .refine((text) => parseAddress(text) !== undefined, "an IP address")
        .optional()
        .describe("Where the visitor comes from; 192.0.2.1 unless given."),
      headers: z
        .record(headerName, z.string().max(4096))
        .optional()
        .describe("What else the visitor sends. Left out: what a browser sends for a page."),
      expect: z
        .enum(["allow", "log-in", "renew", "forbid", "bad-request", "preflight"])
        .describe("What the gateway should decide."),
      reason: z.enum(reasons).optional().describe("And why."),
    }),
  )
  .max(10_000);

function readVisit(text: string): TestVisit | undefined {
  const [, method, scheme, host, target = "/"] =
    /^([A-Z][A-Z-]{0,31}) (https?):\/\/([^\s/?#]{1,260})([/?][^\s#]{0,16383})?$/.exec(text) ?? [];
  if (method === undefined || host === undefined) return undefined;
  if (scheme !== "http" && scheme !== "https") return undefined;
  return { method, scheme, host, target: target.startsWith("?") ? `/${target}` : target };
}
