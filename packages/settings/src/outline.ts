import type * as z from "zod";
import { alternatives } from "./expected.ts";
import { inputSchemaOf, type SchemaPart } from "./known-settings.ts";

/** One line of a reference: a setting, what it takes and what it is without. */
export interface OutlineRow {
  /** `sites[].places[].path`. */
  readonly setting: string;
  readonly type: string;
  readonly need: "required" | "optional" | { readonly default: string };
  readonly description: string;
}

/** Every setting of `schema`, groups before their members, in the order of the schema. */
export function outlineOf(schema: z.ZodType): OutlineRow[] {
  return members(inputSchemaOf(schema), "");
}

function members(group: SchemaPart, prefix: string): OutlineRow[] {
  return Object.entries(group.properties ?? {}).flatMap(([name, part]) => {
    const setting = prefix + name;
    const required = group.required?.includes(name) ?? false;
    return [row(setting, part, required), ...nested(part, setting)];
  });
}

function nested(part: SchemaPart, setting: string): OutlineRow[] {
  // A part with a name of its own, such as a secret's source, is explained by that name.
  if (part.title !== undefined) return [];
  if (part.items !== undefined) return nested(part.items, `${setting}[]`);
  const forms = part.anyOf ?? part.oneOf;
  if (forms !== undefined) return forms.flatMap((form) => nested(form, setting));
  return members(part, `${setting}.`);
}

function row(setting: string, part: SchemaPart, required: boolean): OutlineRow {
  return {
    setting,
    type: typeOf(part),
    need: required ? "required" : withoutIt(part),
    description: part.description ?? "",
  };
}

function withoutIt(part: SchemaPart): OutlineRow["need"] {
  const fallback = JSON.stringify(part.default);
  // An empty group is filled by the defaults of its members, which have rows of their own.
  return fallback === undefined || fallback === "{}" ? "optional" : { default: fallback };
}

/** What a setting takes, in words: its own title, or those of its type. */
export function typeOf(part: SchemaPart): string {
  if (part.title !== undefined) return part.title;
  if (part.const !== undefined) return JSON.stringify(part.const);
  if (part.enum !== undefined) return alternatives(part.enum.map((value) => String(value)));
  const forms = part.anyOf ?? part.oneOf;
  if (forms !== undefined) return alternatives([...new Set(forms.map(typeOf))]);
  if (part.items !== undefined) return `list of ${typeOf(part.items)}`;
  return typeWords[part.type ?? ""] ?? "any value";
}

const typeWords: Readonly<Record<string, string>> = {
  array: "list",
  boolean: "true or false",
  integer: "whole number",
  number: "number",
  object: "group",
  string: "text",
};
