/** TEP identifiers of tcpcrypt (RFC 8548 §7, table 4). */
const teps = { p256: 0x21, p521: 0x22, curve25519: 0x23, curve448: 0x24 } as const;

export type TepName = keyof typeof teps;
export type Tep = (typeof teps)[TepName];

export const tepNames = ["curve25519", "curve448", "p256", "p521"] as const;

/** The identifier of a TEP. */
export function tepOf(name: TepName): Tep {
  return teps[name];
}

/** The name of a TEP. */
export function tepName(tep: Tep): TepName {
  return tep === 0x21 ? "p256" : tep === 0x22 ? "p521" : tep === 0x23 ? "curve25519" : "curve448";
}
