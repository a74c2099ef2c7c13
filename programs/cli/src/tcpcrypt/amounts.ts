const units = ["B", "KB", "MB", "GB", "TB", "PB"] as const;

/** An amount of data in at most six characters, such as `1.4 MB`. */
export function bytesText(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  // What would be rounded to 1000 is one of the next unit.
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && amount < 9.95 ? 1 : 0;
  return `${amount.toFixed(digits)} ${units[unit]}`;
}

/** A time that has passed, such as `12 s`, `5 min`, `3 h` or `2 d`. */
export function ageText(seconds: number): string {
  const age = Math.max(0, Math.floor(seconds));
  if (age < 120) return `${age} s`;
  if (age < 7200) return `${Math.floor(age / 60)} min`;
  if (age < 172_800) return `${Math.floor(age / 3600)} h`;
  return `${Math.floor(age / 86_400)} d`;
}
