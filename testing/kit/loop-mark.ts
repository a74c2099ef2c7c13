/** How gatewayd counts redirects: an argument of the address that the visitor comes back to. */
const mark = /([?&])countersign=[0-9a-z]{1,8}\.[1-9]\.[A-Za-z0-9_-]{22}(&|$)/;

/** An address without the loop breaker's mark, and whether it had one. */
export function withoutLoopMark(address: string): {
  readonly address: string;
  readonly isMarked: boolean;
} {
  const unmarked = address.replace(mark, (_, before, after) => (after === "&" ? before : ""));
  return { address: unmarked, isMarked: unmarked !== address };
}

/**
 * The address of a redirect to a login server without the mark in its back address, and whether
 * there was one.
 *
 * @param backArgument The name of the argument with the way back, which stands last.
 */
export function withoutMarkInBack(
  location: string,
  backArgument = "back",
): { readonly location: string; readonly isMarked: boolean } {
  const [, start, encoded] = new RegExp(`^(.*[?&]${backArgument}=)([^&]*)$`).exec(location) ?? [];
  if (start === undefined || encoded === undefined) return { location, isMarked: false };
  const { address, isMarked } = withoutLoopMark(decodeURIComponent(encoded));
  return { location: isMarked ? start + encodeURIComponent(address) : location, isMarked };
}
