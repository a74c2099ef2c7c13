/** Headers by which proxies tell applications what they know; a name without `-` at its end is a family. */
const forwardedNames =
  /^(?:x-forwarded-|x-countersign-|x-original-|x-rewrite-url$|x-real-ip$|forwarded$)/;

/**
 * The first of `names` that an application may take for a header that only proxies and the gateway
 * set: CGI servers write `_` for whatever is no letter or digit. `undefined`: there is none.
 *
 * @param names In any case.
 * @param identityNames In lower case, with `-`.
 */
export function aliasAmong(
  names: readonly string[],
  identityNames: ReadonlySet<string>,
): string | undefined {
  return names.find((name) => {
    const folded = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "-");
    return isOddHeaderName(name) && (isSaidByProxies(folded) || identityNames.has(folded));
  });
}

/** Whether there is more in a header's name than letters, digits and `-`, so that it may pass for another. */
export function isOddHeaderName(name: string): boolean {
  return oddCharacter.test(name);
}

const oddCharacter = /[^A-Za-z0-9-]/;

/** Whether only proxies may say it: from some, applications take another path than the one decided on. */
export function isSaidByProxies(foldedName: string): boolean {
  return forwardedNames.test(foldedName);
}
