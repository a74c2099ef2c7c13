/** A binary frame with a payload of so many bytes, as RFC 6455 §5.2 draws it. */
export function frame({ length, isMasked = false }: { length: number; isMasked?: boolean }) {
  const mask = isMasked ? 0x80 : 0;
  const header = Buffer.alloc(10);
  header[0] = 0x82;
  let size = 2;
  if (length < 126) {
    header[1] = mask | length;
  } else if (length < 65_536) {
    header[1] = mask | 126;
    size = header.writeUInt16BE(length, 2);
  } else {
    header[1] = mask | 127;
    size = header.writeBigUInt64BE(BigInt(length), 2);
  }
  // Payloads that look like close frames, for whoever loses count.
  const rest = Buffer.alloc((isMasked ? 4 : 0) + length, Buffer.from("8802", "hex"));
  return Buffer.concat([header.subarray(0, size), rest]);
}
