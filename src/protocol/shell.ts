/** A value as a POSIX shell reads it back unchanged: steps are commands of one. */
export function shellQuote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
