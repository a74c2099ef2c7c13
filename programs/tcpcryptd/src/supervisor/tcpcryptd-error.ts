/** What can fail in tcpcryptd; each has a text in {@link tcpcryptdErrorTexts}. */
export type TcpcryptdErrorCode =
  | "not-root"
  | "missing"
  | "unknown-account"
  | "unreadable-sources"
  | "already-running"
  | "bad-journal"
  | "no-cgroup"
  | "rules-refused"
  | "routes-refused"
  | "sysctl-refused"
  | "no-control-socket"
  | "no-hold"
  | "no-worker"
  | "no-watchdog";

/** What each code means, in the words of the reference page. */
export const tcpcryptdErrorTexts: Readonly<Record<TcpcryptdErrorCode, string>> = {
  "not-root": "tcpcryptd must be started by root: it sets rules, routes and a BPF program",
  missing: "this machine lacks something that tcpcryptd needs",
  "unknown-account": "the system knows no such user or group, or it is root",
  "unreadable-sources":
    "the user of the workers cannot read the program; install it where everybody may read",
  "already-running": "another tcpcryptd runs here; end it with `countersign tcpcrypt down`",
  "bad-journal":
    "the journal of what was changed cannot be read; look at it, undo what it names and remove it",
  "no-cgroup": "no control group can be made for the workers",
  "rules-refused": "nft refused the rules",
  "routes-refused": "ip refused the routes",
  "sysctl-refused": "a kernel parameter cannot be set",
  "no-control-socket": "the control socket cannot be made",
  "no-hold": "the kernel does not hand over packets of new connections",
  "no-worker": "a worker did not start",
  "no-watchdog": "the watchdog did not start",
};

/** The one error of tcpcryptd. Its message says what failed and where, and nothing secret. */
export class TcpcryptdError extends Error {
  override readonly name = "TcpcryptdError";
  readonly code: TcpcryptdErrorCode;

  constructor(code: TcpcryptdErrorCode, where?: string, options?: ErrorOptions) {
    const text = tcpcryptdErrorTexts[code];
    super(where === undefined ? text : `${text}: ${where}`, options);
    this.code = code;
  }
}
