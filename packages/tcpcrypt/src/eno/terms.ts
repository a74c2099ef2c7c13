/** Host A or host B of a connection (RFC 8547 §4.3). */
export type Role = "A" | "B";

/**
 * What a host says of its application, and asks of the other side's: off says a = 0; on says a = 1;
 * mandatory says a = 1 and disables encryption unless the other side does (RFC 8547 §4.2).
 */
export type AwareMode = "off" | "on" | "mandatory";
