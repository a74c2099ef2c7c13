import { isRedirectUrl } from "@countersign/gateway";
import * as z from "zod";

/** An address that visitors are sent to. */
export const redirectUrl = z
  .string()
  .refine(isRedirectUrl, 'a URL such as "https://sso.example.com/login", without a fragment')
  .meta({ title: "URL" });

/** A group or right that tickets name. */
export const token = z
  .string()
  .regex(/^[^\s,;]{1,255}$/, "a word without spaces, commas or semicolons");

/** The name of a person, as tickets have it. */
export const userName = z
  .string()
  .regex(/^[^;\p{Cc}]{1,255}$/u, "a user name: 1 to 255 characters without semicolons");

/** The name of a header (RFC 9110 §5.1). Not with `_`, which applications take for `-`. */
export const headerName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, "the name of a header: letters, digits and -");

/** A method of HTTP, in the capitals that it is sent in. */
export const method = z
  .string()
  .regex(/^[A-Z][A-Z-]{0,31}$/, 'a method in capitals, such as "GET"');
