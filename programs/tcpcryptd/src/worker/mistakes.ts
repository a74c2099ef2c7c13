/**
 * Where an exception came from. Its message is left out: it may quote what a peer or an application
 * has sent.
 */
export function describeMistake(error: unknown): string {
  if (!(error instanceof Error)) return `a mistake of ours ended a connection: ${typeof error}`;
  const code = "code" in error ? ` ${String(error.code)}` : "";
  const { name, message, stack = "" } = error;
  // The message comes first in the stack, and may have lines that look like it.
  const [, trace = ""] = stack.split(`${name}: ${message}\n`);
  const at = /^ +(at .+)$/m.exec(trace)?.[1] ?? "at an unknown place";
  return `a mistake of ours ended a connection: ${name}${code} ${at}`;
}
