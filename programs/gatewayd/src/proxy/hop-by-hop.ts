/** Headers that belong to one connection, and `Expect`, which we answer ourselves (RFC 9110 §7.6.1, §10.1.1). */
const ofOneConnection: ReadonlySet<string> = new Set([
  "connection",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * What may travel on: without the headers of the connection they came by, and without those that
 * `Connection` names. What we add must come after this, or the client could name it there.
 *
 * @param headers Names and values in turn; so is what it gives.
 */
export function endToEnd(headers: readonly string[]): string[] {
  const named = new Set<string>();
  for (const [name, value] of pairs(headers)) {
    if (name.toLowerCase() !== "connection") continue;
    for (const option of value.split(",")) named.add(option.trim().toLowerCase());
  }
  return without(headers, (name) => ofOneConnection.has(name) || named.has(name));
}

/** Without the headers whose names, in lower case, fit. */
export function without(headers: readonly string[], fits: (name: string) => boolean): string[] {
  const kept: string[] = [];
  for (const [name, value] of pairs(headers)) {
    if (!fits(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}

/** Names and values in turn, as pairs. */
export function* pairs(headers: readonly string[]): Generator<readonly [string, string]> {
  for (let index = 0; index + 1 < headers.length; index += 2) {
    yield [headers[index] ?? "", headers[index + 1] ?? ""];
  }
}
