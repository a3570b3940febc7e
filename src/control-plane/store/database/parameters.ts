/** PostgreSQL keeps no NUL in a text, and SQLite's functions end at one: neither gets any. */
export function withoutNul<T>(value: T): T | string {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}
