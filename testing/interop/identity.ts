/** What an application behind a web server learns of its visitor. */
export interface SeenIdentity {
  readonly user: string;
  readonly tokens: string;
  readonly userData: string;
  readonly authType: string;
}

/** Reads the `NAME=value` lines of the examples' `whoami`; `undefined` if it is something else. */
export function readIdentity(body: string): SeenIdentity | undefined {
  const lines = new Map<string, string>();
  for (const line of body.split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0) lines.set(line.slice(0, equals), line.slice(equals + 1));
  }
  const user = lines.get("REMOTE_USER");
  if (user === undefined) return undefined;
  return {
    user,
    tokens: lines.get("REMOTE_USER_TOKENS") ?? "",
    userData: lines.get("REMOTE_USER_DATA") ?? "",
    authType: lines.get("AUTH_TYPE") ?? "",
  };
}
