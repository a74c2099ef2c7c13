/** Why a command cannot be carried out. */
export type CommandErrorCode =
  | "bad-input"
  | "bad-key"
  | "bad-settings"
  | "file-exists"
  | "missing-file"
  | "no-input"
  | "not-started"
  | "too-large"
  | "wrong-usage";

/** What each code means, in the words of the reference page. */
export const commandErrorTexts: Record<CommandErrorCode, string> = {
  "bad-input": "what was typed cannot be used",
  "bad-key": "a file holds no key of the kind that is needed",
  "bad-settings": "a settings file has problems; all of them are listed",
  "file-exists": "a file that must be new is there already; nothing is overwritten",
  "missing-file": "a file or folder is missing or cannot be read",
  "no-input": "a ticket or password was neither given, piped in nor typed",
  "not-started": "a program that shall run in the background has ended, or was not ready in time",
  "too-large": "an input is larger than anything sensible",
  "wrong-usage": "arguments or options that do not go together, or that are missing",
};

/** The one error of the command line. Its message says what to do, and quotes no secret. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly code: CommandErrorCode;

  constructor(code: CommandErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The words for an expected failure, or `undefined` for a mistake of ours.
 *
 * Errors of our packages and of the operating system carry a code; so do Node's complaints about
 * wrong calls (`ERR_…`), but those are mistakes.
 */
export function expectedFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== "string" || /^ERR_(?!SQLITE)/.test(code)) return undefined;
  const reason = error.cause instanceof Error ? error.cause.message : "";
  return error.message.includes(reason) ? error.message : `${error.message} (${reason})`;
}
