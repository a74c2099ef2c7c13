import { isPathPattern, isPlacePath } from "@countersign/gateway";
import { addressBlock, origin } from "@countersign/settings";
import * as z from "zod";
import { policySettings } from "./policy.ts";
import { headerName, method } from "./words.ts";

const path = z
  .string()
  .refine(isPlacePath, 'a path such as "/admin", decoded and without a slash at its end');

const argument = z.record(
  z.string().regex(/^[^\p{Cc}]{1,64}$/u, "the name of an argument"),
  z.string().max(1024),
);

/** A part of a site. */
const place = z.strictObject({
  path: path
    .optional()
    .describe("The beginning of the paths that belong to the place, in whole segments."),
  exactPath: path.optional().describe("In place of `path`: the one path that belongs to it."),
  pattern: z
    .string()
    .refine(isPathPattern, 'a pattern such as "/users/*/photo" or "/docs/**"')
    .optional()
    .describe(
      "In place of `path`: `*` stands for anything within a segment, `**` for any segments.",
    ),
  methods: z
    .array(method)
    .min(1)
    .max(32)
    .optional()
    .describe("The place is there for these methods alone; `GET` includes HEAD."),
  networks: z
    .array(addressBlock)
    .min(1)
    .max(256)
    .optional()
    .describe("The place is there for clients of these addresses alone."),
  arguments: argument
    .optional()
    .describe("The place is there where the query has each of these arguments, with this value."),
  ...policySettings,
});

const identityHeaders = z.strictObject({
  user: headerName.optional().describe("The user name; `Remote-User` unless given."),
  tokens: headerName.optional().describe("The tokens; `Remote-User-Tokens` unless given."),
  data: headerName.optional().describe("The free text; `Remote-User-Data` unless given."),
  type: headerName.optional().describe("How they signed in; `Auth-Type` unless given."),
  sessionId: headerName
    .optional()
    .describe("The connection's tcpcrypt session ID; `Tcp-Crypt-Sessid` unless given."),
});

const maxPatterns = 100;

/** A site, and its places. */
export const site = z.strictObject({
  origin: origin.describe("Under which visitors reach the site."),
  compatibility: z
    .literal("mod_auth_pubtkt")
    .optional()
    .describe(
      "Accept what only old tickets have: SHA-1, DSA, and `multifactor` as the module reads it.",
    ),
  strictPaths: z
    .boolean()
    .optional()
    .describe("Refuse every path that servers may read in different ways, wherever it leads."),
  loopBreaker: z
    .boolean()
    .optional()
    .describe(
      "On unless `false`: whoever is sent to the login server three times within 30 seconds sees what goes wrong.",
    ),
  identityHeaders: identityHeaders
    .optional()
    .describe("The names of the headers that tell the application who it is."),
  ...policySettings,
  places: z
    .array(place)
    .max(1000)
    // Each costs time with every visit.
    .refine(
      (places) => places.filter(({ pattern }) => pattern !== undefined).length <= maxPatterns,
      `at most ${maxPatterns} patterns`,
    )
    .default([])
    .describe(
      "Parts of the site that differ from it: the exact path counts, then the first pattern, then the longest path. What a place leaves out is as in the path around it.",
    ),
});
