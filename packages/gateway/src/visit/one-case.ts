/**
 * The text in a spelling that it shares with every text that a server may take for it when capital
 * and small letters are the same to it. More than one server would take together (`ß` and `ss`,
 * composed and decomposed letters), since a doubt too many is only a refusal. Depends on no locale.
 */
export function inOneCase(text: string): string {
  if (isAscii.test(text)) return text.toUpperCase();
  // In small letters first, for ẞ: its small letter becomes SS, itself does not.
  return text.normalize("NFKD").toLowerCase().toUpperCase().normalize("NFKD");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
const isAscii = /^[\u0000-\u007f]*$/;
