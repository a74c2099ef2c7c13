/** Where tcpcryptd says what happens: a pino logger, or anything that takes the same. */
export interface Log {
  info(what: object, message: string): void;
  warn(what: object, message: string): void;
  error(what: object, message: string): void;
}

/** What the outside gives tcpcryptd. */
export interface World {
  readonly log: Log;
}
