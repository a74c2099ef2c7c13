/** What the command's exit codes mean, for scripts and for the reference page. */
export const exitCodes = {
  /** Done; or the answer is yes. */
  yes: 0,
  /** The answer is no: a ticket refused, a user not found, a name taken. */
  refused: 1,
  /** The command could not be carried out: wrong usage, broken configuration, unreadable file. */
  unusable: 2,
  /** A mistake in Countersign itself (EX_SOFTWARE of sysexits.h). */
  unexpected: 70,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
