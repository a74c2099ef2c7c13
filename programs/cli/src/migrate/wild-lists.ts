/** How to treat the items of lists: the segments of paths, or the characters of a segment. */
export interface Items {
  /** Whether an item stands for any number of items. */
  isWild(item: string): boolean;
  /** The one that stands for anything. */
  readonly anything: string;
  covers(outer: string, inner: string): boolean;
  overlap(a: string, b: string): boolean;
  /** What belongs to both; `undefined`: too much. */
  intersect(a: string, b: string): readonly string[] | undefined;
}

type List = readonly string[];

/** Whether all that `inner` stands for, `outer` does, too; may say no where it is hard to see. */
export function coversItems(outer: List, inner: List, items: Items): boolean {
  return search(outer, inner, (i, j, both) => {
    const wanted = outer[i];
    const given = inner[j];
    if (wanted === undefined) return given === undefined;
    if (items.isWild(wanted)) return both(i + 1, j) || (given !== undefined && both(i, j + 1));
    if (given === undefined || items.isWild(given)) return false;
    return items.covers(wanted, given) && both(i + 1, j + 1);
  });
}

/** Whether there is something that both stand for. */
export function overlapItems(a: List, b: List, items: Items): boolean {
  return search(a, b, (i, j, both) => {
    const one = a[i];
    const other = b[j];
    if (one === undefined && other === undefined) return true;
    if (one !== undefined && items.isWild(one)) {
      return both(i + 1, j) || (other !== undefined && both(i, j + 1));
    }
    if (other !== undefined && items.isWild(other)) {
      return both(i, j + 1) || (one !== undefined && both(i + 1, j));
    }
    if (one === undefined || other === undefined) return false;
    return items.overlap(one, other) && both(i + 1, j + 1);
  });
}

const maxLists = 64;

/** Items, or characters, that two lists may have together to be intersected. */
const maxIntersected = 256;

/** What both stand for, as lists; `undefined`: these are more than {@link maxLists}. */
export function intersectItems(a: List, b: List, items: Items): readonly List[] | undefined {
  if (a.length + b.length > maxIntersected) return undefined;
  const meeting: Meeting = { a, b, items, known: new Map(), isTooMuch: false };
  const all = meet(0, 0, meeting);
  return meeting.isTooMuch ? undefined : withoutCovered(all, items);
}

interface Meeting {
  readonly a: List;
  readonly b: List;
  readonly items: Items;
  /** What was found from a place in both on. */
  readonly known: Map<number, readonly List[]>;
  isTooMuch: boolean;
}

function meet(i: number, j: number, meeting: Meeting): readonly List[] {
  const name = i * (meeting.b.length + 1) + j;
  const before = meeting.known.get(name);
  if (before !== undefined) return before;
  if (meeting.isTooMuch) return [];
  const all = distinctLists(meetNext(i, j, meeting));
  if (all.length > maxLists) meeting.isTooMuch = true;
  const kept = all.slice(0, maxLists);
  meeting.known.set(name, kept);
  return kept;
}

function meetNext(i: number, j: number, meeting: Meeting): readonly List[] {
  const { a, b, items } = meeting;
  const one = a[i];
  const other = b[j];
  if (one === undefined && other === undefined) return [[]];
  const isWild = one !== undefined && items.isWild(one);
  const isOtherWild = other !== undefined && items.isWild(other);
  const past = (wild: "a" | "b") =>
    meet(i + Number(wild === "a"), j + Number(wild === "b"), meeting);
  // Whichever takes more, the rest is for both.
  if (isWild && isOtherWild) {
    const item = one === other ? one : items.anything;
    return led(item, [...past("a"), ...past("b")]);
  }
  if (isWild) return [...past("a"), ...(other === undefined ? [] : led(other, past("b")))];
  if (isOtherWild) return [...past("b"), ...(one === undefined ? [] : led(one, past("a")))];
  if (one === undefined || other === undefined) return [];
  const common = items.intersect(one, other);
  if (common === undefined) meeting.isTooMuch = true;
  return (common ?? []).flatMap((item) => led(item, meet(i + 1, j + 1, meeting)));
}

function led(item: string, lists: readonly List[]): readonly List[] {
  return lists.map((list) => [item, ...list]);
}

function withoutCovered(globs: readonly List[], items: Items): readonly List[] {
  return globs.filter(
    (glob, index) =>
      !globs.some(
        (other, at) =>
          at !== index &&
          coversItems(other, glob, items) &&
          (at < index || !coversItems(glob, other, items)),
      ),
  );
}

/** Asks `decide` about the beginnings, and it about what follows; about every pair once. */
function search(
  a: List,
  b: List,
  decide: (i: number, j: number, both: (i: number, j: number) => boolean) => boolean,
): boolean {
  const known = new Map<number, boolean>();
  const both = (i: number, j: number): boolean => {
    const name = i * (b.length + 1) + j;
    let answer = known.get(name);
    if (answer === undefined) {
      answer = decide(i, j, both);
      known.set(name, answer);
    }
    return answer;
  };
  return a.length + b.length <= maxItems && both(0, 0);
}

/** Beyond this a search would go deeper than the stack, and no administrator writes it. */
const maxItems = 2000;

/** Each list once. */
export function distinctLists(lists: readonly List[]): readonly List[] {
  return [...new Map(lists.map((list) => [list.join("/"), list])).values()];
}
