import type { Owner } from "@countersign/testing/kit/cleanup.ts";
import { unpin } from "./pinning.ts";

/** Runs `work` with an owner for servers and folders, which end with it. */
export async function inScope<T>(work: (owner: Owner) => Promise<T>): Promise<T> {
  const ends: (() => void | Promise<void>)[] = [];
  try {
    return await work({ after: (end) => void ends.push(end) });
  } finally {
    for (const end of ends) await end();
    unpin();
  }
}
