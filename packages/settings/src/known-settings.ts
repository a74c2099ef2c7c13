import * as z from "zod";

/** The part of a JSON Schema that describing settings needs. */
export interface SchemaPart {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly required?: readonly string[];
  readonly items?: SchemaPart;
  readonly anyOf?: readonly SchemaPart[];
  readonly oneOf?: readonly SchemaPart[];
  readonly additionalProperties?: boolean | SchemaPart;
}

/** What a person may write, as JSON Schema: before transformations, with defaults left out. */
export function inputSchemaOf(schema: z.ZodType): SchemaPart {
  // Draft 7 is the newest that editors' YAML support reads in full.
  const json = z.toJSONSchema(schema, { io: "input", target: "draft-7", unrepresentable: "any" });
  return json as SchemaPart;
}

/** The names that the group at `path` knows, over all forms that the group may take. */
export function knownNames(part: SchemaPart, path: readonly PropertyKey[]): string[] {
  const names = new Set<string>();
  for (const group of partsAt(part, path)) {
    for (const form of group.anyOf ?? group.oneOf ?? [group]) {
      for (const name of Object.keys(form.properties ?? {})) names.add(name);
    }
  }
  return [...names];
}

/** The schema's parts at `path`: several where a setting may take several forms. */
export function partsAt(part: SchemaPart, path: readonly PropertyKey[]): SchemaPart[] {
  const [step, ...rest] = path;
  if (step === undefined) return [part];
  const forms = part.anyOf ?? part.oneOf;
  if (forms !== undefined) return forms.flatMap((form) => partsAt(form, path));
  const next = typeof step === "number" ? part.items : member(part, String(step));
  return next === undefined ? [] : partsAt(next, rest);
}

function member(part: SchemaPart, name: string): SchemaPart | undefined {
  if (part.properties !== undefined && Object.hasOwn(part.properties, name)) {
    return part.properties[name];
  }
  return typeof part.additionalProperties === "object" ? part.additionalProperties : undefined;
}
