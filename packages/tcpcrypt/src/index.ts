/**
 * TCP-ENO (RFC 8547) and tcpcrypt (RFC 8548).
 *
 * @module
 */

export { type Aead, type AeadName, aeadName, aeadNames, aeadOf } from "./aead.ts";
export type { AwareMode, Role } from "./eno/terms.ts";
export { type Tep, type TepName, tepName, tepNames, tepOf } from "./tep.ts";
