import type * as z from "zod";
import { inputSchemaOf } from "./known-settings.ts";

/** The JSON Schema with which editors check and complete the file while it is written. */
export function jsonSchemaOf(schema: z.ZodType, { title }: { readonly title: string }): object {
  const { $schema, ...rest } = inputSchemaOf(schema) as Record<string, unknown>;
  return { $schema, title, ...rest };
}
