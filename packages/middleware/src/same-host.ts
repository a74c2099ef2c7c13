import { readOrigin } from "@countersign/gateway";

/** Whether two hosts are the same one, however they are written. */
export function isSameHost(scheme: "http" | "https", one = "", other = ""): boolean {
  const origin = readOrigin(scheme, one)?.text;
  return one === other || (origin !== undefined && origin === readOrigin(scheme, other)?.text);
}
