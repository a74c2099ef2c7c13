/** What a web server did that FastCGI does not allow, or that is more than we take. */
export type FastCgiErrorCode =
  | "bad-version"
  | "bad-type"
  | "bad-length"
  | "bad-request-id"
  | "repeated-request"
  | "bad-pair"
  | "repeated-name"
  | "too-many-pairs"
  | "too-long"
  | "bad-header";

/** The one error of this package. Its message holds nothing of the input. */
export class FastCgiError extends Error {
  readonly code: FastCgiErrorCode;

  constructor(code: FastCgiErrorCode) {
    super(fastCgiErrorTexts[code]);
    this.name = "FastCgiError";
    this.code = code;
  }
}

/** What each code means, in the words of the reference page. */
export const fastCgiErrorTexts: Readonly<Record<FastCgiErrorCode, string>> = {
  "bad-version": "expected FastCGI version 1",
  "bad-type": "expected a record type that a web server sends",
  "bad-length": "expected a record body of the length that its type has",
  "bad-request-id": "expected a request id other than 0",
  "repeated-request": "expected a request id that is not in use",
  "bad-pair": "expected a name and a value of the announced lengths",
  "repeated-name": "expected each name once",
  "too-many-pairs": "expected fewer name-value pairs",
  "too-long": "expected less content",
  "bad-header": "expected a header that HTTP can carry",
};
