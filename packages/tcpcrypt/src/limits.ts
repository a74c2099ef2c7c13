/** What a peer may ask of one connection, and when keys are renewed. */
export interface ConnectionLimits {
  /** Bytes of the peer's Init message, ignored ones included. */
  readonly initBytes: number;
  /** AEAD algorithms that host A may offer. */
  readonly ciphersOffered: number;
  /** From the creation of a connection to the end of its key exchange. */
  readonly keyExchangeMilliseconds: number;
  /** From a keep-alive to its answer. */
  readonly keepAliveMilliseconds: number;
  /** Data sent under one key before the next frame with data starts rekeying. */
  readonly rekeyAfterBytes: number;
}

/**
 * An Init message has at most 618 bytes with 255 ciphers, so that 1,536 leave room for extensions.
 * 64 GiB are 2^32 blocks of AES, far below what NIST SP 800-38D allows.
 */
export const defaultConnectionLimits: ConnectionLimits = {
  initBytes: 1536,
  ciphersOffered: 32,
  keyExchangeMilliseconds: 30_000,
  keepAliveMilliseconds: 60_000,
  rekeyAfterBytes: 2 ** 36,
};
