/** Whether `item` stood in `seen` already; from now on it does. */
export function isRepeated(seen: Set<string>, item: string): boolean {
  const before = seen.size;
  return seen.add(item).size === before;
}
