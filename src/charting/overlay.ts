type Json = Readonly<Record<string, unknown>>;

/** Values laid over others as Helm lays a values file over a chart's defaults; `null` takes a default away. */
export function overlay(defaults: Json, given: Json): Json {
  const result: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const below = result[key];
    // Only a default can be taken away; elsewhere Helm keeps the null.
    if (value === null && below !== undefined) delete result[key];
    else result[key] = isMap(value) && isMap(below) ? overlay(below, value) : value;
  }
  return result;
}

export function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
