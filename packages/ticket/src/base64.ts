/**
 * Reads Base64 in its one canonical spelling (padded, no other characters, unused bits zero), or
 * answers `undefined`. Decoders that forgive would give one signature many spellings.
 *
 * @see RFC 4648 §4
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

/** Writes the parts, joined, as canonical Base64. */
export function encodeBase64(parts: readonly Uint8Array[]): string {
  return Buffer.concat(parts).toString("base64");
}
