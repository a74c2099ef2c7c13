/** What a peer may ask of one connection, and when keys are renewed. */
export interface ConnectionLimits {
  /** Bytes of the peer's Init message, ignored ones included. */
  readonly initBytes: number;
  /** From the creation of a connection to the end of its key exchange. */
  readonly keyExchangeMilliseconds: number;
  /** From a keep-alive to its answer. */
  readonly keepAliveMilliseconds: number;
  /** Bytes of frames sent under one key before the next frame with data starts rekeying. */
  readonly rekeyAfterBytes: number;
  /**
   * Messages taken in one event; an effect `later` gives back the bytes behind them. A frame of 20
   * bytes with new keys costs a hundred microseconds, and one read can hold thousands.
   */
  readonly framesPerTurn: number;
}

/**
 * An Init message has at most 620 bytes with 255 ciphers, so that 1,536 leave room for extensions.
 * 64 GiB of frames are less than 2^33 blocks of AES even when each holds one byte: a third of what
 * TLS 1.3 allows one key of AES-GCM, and far from the end of the offsets in nonces.
 */
export const defaultConnectionLimits: ConnectionLimits = {
  initBytes: 1536,
  keyExchangeMilliseconds: 30_000,
  keepAliveMilliseconds: 60_000,
  rekeyAfterBytes: 2 ** 36,
  // A bound is of use only to a program that carries `later` out.
  framesPerTurn: Number.POSITIVE_INFINITY,
};
