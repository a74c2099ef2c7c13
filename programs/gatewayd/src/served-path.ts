/**
 * The path at which Apache would find the file that it is about to serve: `/index.html` where `/` was
 * asked for. It tells the file, and which folder stands for which path (mod_alias, DocumentRoot).
 * `undefined`: it serves no file of its own, or does not say.
 */
export function servedPathOf(params: ReadonlyMap<string, string>): string | undefined {
  const file = params.get("SCRIPT_FILENAME");
  const folder = params.get("CONTEXT_DOCUMENT_ROOT");
  if (file === undefined || folder === undefined || folder === "") return undefined;
  if (!`${file}/`.startsWith(folder.replace(/\/?$/, "/"))) return undefined;
  const path = `${params.get("CONTEXT_PREFIX") ?? ""}/${file.slice(folder.length)}`;
  return encoded(path.replaceAll(/\/{2,}/g, "/"));
}

/** Bytes, as Latin-1 characters, percent-encoded where a path would read them otherwise. */
function encoded(path: string): string {
  return path.replaceAll(
    /[^A-Za-z0-9._~!$&'()*+,=:@/-]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
