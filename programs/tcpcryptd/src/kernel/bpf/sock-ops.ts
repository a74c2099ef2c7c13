/**
 * What Linux gives to sock_ops programs (linux/bpf.h): callbacks, the fields of their context, and
 * helpers.
 *
 * @module
 */

/** Places in struct bpf_sock_ops. */
export const context = {
  callback: 0,
  firstArgument: 4,
  family: 20,
  remoteAddress4: 24,
  localAddress4: 28,
  remoteAddress6: 32,
  localAddress6: 48,
  remotePort: 64,
  localPort: 68,
  isFullSocket: 72,
  callbackFlags: 84,
  bytesReceived: 168,
  bytesAcknowledged: 176,
  socket: 184,
  header: 192,
  headerEnd: 200,
  tcpFlags: 212,
} as const;

/** When the program is called: {@link context}.callback. */
export const callback = {
  connect: 3,
  activeEstablished: 4,
  passiveEstablished: 5,
  listen: 11,
  received: 13,
  optionLength: 14,
  writeOptions: 15,
} as const;

/** Whether further callbacks are wanted: {@link context}.callbackFlags. */
export const callbackFlag = { received: 0x10, writeOptions: 0x40 } as const;

export const tcpFlag = { syn: 0x02, synAck: 0x12 } as const;

/** {@link context}.firstArgument of both option callbacks, for a SYN cookie. */
export const isCookie = 2;

export const helper = {
  lookUp: 1,
  update: 2,
  delete: 3,
  nanoseconds: 5,
  random: 7,
  setSocketOption: 49,
  getSocketOption: 57,
  setCallbackFlags: 59,
  socketStorage: 107,
  storeOption: 143,
  reserveOption: 144,
} as const;

/** Socket options at level 6 (TCP). */
export const tcpLevel = 6;
/** Keep the SYN, so that it can be read again. */
export const saveSyn = 27;
/** The TCP header of that SYN. */
export const savedSyn = 1005;

/** Of {@link helper}.update: only when there is no such key. */
export const onlyNew = 1;
/** Of {@link helper}.socketStorage: make it when there is none. */
export const createStorage = 1;

/** Results of {@link helper}.reserveOption. */
export const noRoom = -28;

export const inet6 = 10;
