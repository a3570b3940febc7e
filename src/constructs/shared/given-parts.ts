/** The object without what is not set; undefined where nothing is. */
export function givenParts<T extends object>(object: T): T | undefined {
  const given = Object.entries(object).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : (Object.fromEntries(given) as T);
}
