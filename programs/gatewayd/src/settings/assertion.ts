import { seconds, secretSource } from "@countersign/settings";
import * as z from "zod";
import { headerName } from "./words.ts";

/** The JWT that tells an application who a visitor is. */
export const assertion = z.strictObject({
  key: secretSource.describe(
    "The private key: Ed25519 or ECDSA P-256, as PEM. Its public half is at `/jwks.json`.",
  ),
  issuer: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, "1 to 255 characters of ASCII without spaces")
    .default("countersign")
    .describe("Who says so: its claim `iss`."),
  header: headerName
    .default("X-Countersign-Assertion")
    .describe("The header that carries it to the application."),
  lifetimeSeconds: seconds
    .min(1, "1 second or more")
    .max(3600, "at most 3600 seconds")
    .default(60)
    .describe("How long an application may believe it, and never longer than the ticket."),
});
