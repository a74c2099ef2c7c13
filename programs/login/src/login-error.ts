/** What can fail in the login server; each has a text in {@link loginErrorTexts}. */
export type LoginErrorCode =
  | "busy"
  | "database-failed"
  | "newer-database"
  | "unsafe-file-mode"
  | "secret-unreadable"
  | "bad-key"
  | "audit-unwritable"
  | "cannot-listen"
  | "missing-folder"
  | "no-client-address";

/** What each code means, in the words of the reference page. */
export const loginErrorTexts: Record<LoginErrorCode, string> = {
  busy: "too many passwords are being checked at this moment",
  "database-failed": "the user database cannot be opened, read or written",
  "newer-database": "the user database was written by a newer version",
  "unsafe-file-mode": "other accounts of this machine can read the file; `chmod 600` it",
  "secret-unreadable": "a secret's file or environment variable cannot be read",
  "bad-key": "a key in the settings is not one that can be used as the settings say",
  "audit-unwritable": "the audit log cannot be written",
  "cannot-listen": "the address cannot be listened on",
  "missing-folder":
    "the folder of the socket is missing; make it, for the login server's user and the web server's group alone: `install -d -m 2750 -o USER -g GROUP FOLDER`",
  "no-client-address": "tickets are bound to the client's address, but the proxy does not tell it",
};

/** The one error of the login server. Its message says what failed and where, never a secret. */
export class LoginError extends Error {
  override readonly name = "LoginError";
  readonly code: LoginErrorCode;

  constructor(code: LoginErrorCode, where?: string, options?: ErrorOptions) {
    super(
      where === undefined ? loginErrorTexts[code] : `${where}: ${loginErrorTexts[code]}`,
      options,
    );
    this.code = code;
  }
}
