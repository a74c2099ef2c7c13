/** AEAD algorithms by their identifiers on the wire (RFC 8548 §7, table 5). */
const aeads = {
  "aes-128-gcm": 0x0001,
  "aes-256-gcm": 0x0002,
  "chacha20-poly1305": 0x0010,
} as const;

export type AeadName = keyof typeof aeads;
export type Aead = (typeof aeads)[AeadName];

export const aeadNames = ["aes-128-gcm", "aes-256-gcm", "chacha20-poly1305"] as const;

/** The identifier of an AEAD. */
export function aeadOf(name: AeadName): Aead {
  return aeads[name];
}

/** The name of an AEAD. */
export function aeadName(aead: Aead): AeadName {
  return aead === 0x0001 ? "aes-128-gcm" : aead === 0x0002 ? "aes-256-gcm" : "chacha20-poly1305";
}
