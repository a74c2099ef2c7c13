/** Why a question to tcpcryptd has no answer. That there is no session is an answer. */
export type TcpcryptClientErrorCode =
  | "unreachable"
  | "timed-out"
  | "not-allowed"
  | "failed"
  | "bad-answer"
  | "closed";

/** What each code means, in the words of the reference page. */
export const tcpcryptClientErrorTexts: Readonly<Record<TcpcryptClientErrorCode, string>> = {
  unreachable: "tcpcryptd does not run, or its control socket is elsewhere",
  "timed-out": "tcpcryptd did not answer in time",
  "not-allowed": "tcpcryptd does not do that for this user",
  failed: "tcpcryptd could not find out; its log says why",
  "bad-answer": "expected an answer of the control protocol, version 1",
  closed: "the client was closed",
};

/** The one error of this package. */
export class TcpcryptClientError extends Error {
  override readonly name = "TcpcryptClientError";
  readonly code: TcpcryptClientErrorCode;

  constructor(code: TcpcryptClientErrorCode, where?: string, options?: ErrorOptions) {
    const text = tcpcryptClientErrorTexts[code];
    super(where === undefined ? text : `${text}: ${where}`, options);
    this.code = code;
  }
}
