/** Headers by which proxies tell applications what they know; a name without `-` at its end is a family. */
const forwardedNames = /^(?:x-forwarded-|x-countersign-|x-original-|x-real-ip$|forwarded$)/;

/**
 * The first of `names` that an application may take for a header that only proxies and the gateway
 * set: CGI writes `-` and `_` alike, PHP `.` as well. `undefined`: there is none.
 *
 * @param names In any case.
 * @param identityNames In lower case, with `-`.
 */
export function aliasAmong(
  names: readonly string[],
  identityNames: ReadonlySet<string>,
): string | undefined {
  return names.find((name) => {
    const folded = name.toLowerCase().replaceAll(/[_.]/g, "-");
    const isOdd = /[_.]/.test(name);
    return isOdd && (forwardedNames.test(folded) || identityNames.has(folded));
  });
}
