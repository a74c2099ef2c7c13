/** The arguments that places depend on: names, and the values that make a difference. */
export type WantedArguments = ReadonlyMap<string, ReadonlySet<string>>;

/** All names and values that these places ask for. */
export function wantedArguments(
  places: readonly { readonly arguments?: Readonly<Record<string, string>> | undefined }[],
): WantedArguments {
  const wanted = new Map<string, Set<string>>();
  for (const { arguments: named = {} } of places) {
    for (const [name, value] of Object.entries(named)) {
      wanted.set(name, (wanted.get(name) ?? new Set()).add(value));
    }
  }
  return wanted;
}

/**
 * Whether applications may read an argument that matters otherwise than the decision does: where it
 * is there twice, or under a name or with a value that some take for the same.
 *
 * @param search What stands after the path: empty, or `?` and the query.
 */
export function isAmbiguousQuery(search: string, wanted: WantedArguments): boolean {
  const strict = new URLSearchParams(search);
  const lenient = readLeniently(search.slice(1));
  for (const [name, values] of wanted) {
    const found = strict.getAll(name);
    const others = lenient.filter(([other]) => other === foldedName(name));
    if (found.length > 1 || others.length !== found.length) return true;
    const [value = ""] = found;
    const isNear = [...values].some((one) => one !== value && folded(one) === folded(value));
    if (isNear && !values.has(value)) return true;
  }
  return false;
}

/** As the most forgiving of applications would: `;` between arguments, PHP's and ASP.NET's names. */
function readLeniently(query: string): readonly (readonly [name: string, value: string])[] {
  return query.split(/[&;]/).map((pair) => {
    const equals = pair.indexOf("=");
    const name = equals === -1 ? pair : pair.slice(0, equals);
    return [foldedName(decoded(name)), equals === -1 ? "" : pair.slice(equals + 1)] as const;
  });
}

function foldedName(name: string): string {
  return folded(name).replace(/\[.*$/, "").replaceAll(/[. ]/g, "_");
}

function folded(text: string): string {
  const [beginning = ""] = text.split("\0", 1);
  return beginning.trim().toLowerCase();
}

/** As URLSearchParams decodes, which never throws. */
function decoded(text: string): string {
  return new URLSearchParams(`a=${text.replaceAll("=", "%3D")}`).get("a") ?? "";
}
