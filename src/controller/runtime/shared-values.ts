import { LruMap } from './lru-map';

const CAPACITY = 1_000;

/**
 * Gives equal values one and the same value, so that thousands of cached objects hold once what they have in common: an
 * owner, labels, conditions, a time. Nobody may change what it gives. Bounded: what was not met for long is forgotten, and
 * then held twice.
 */
export class SharedValues {
  private readonly known = new LruMap<string, unknown>(CAPACITY);

  of<T>(value: T): T {
    if (value === undefined || value === null) return value;
    const key = JSON.stringify(value);
    const found = this.known.get(key);
    if (found !== undefined) return found as T;
    this.known.set(key, value);
    return value;
  }
}
