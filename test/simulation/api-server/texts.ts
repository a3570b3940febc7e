import { apiVersionOf } from '../../../src/controller/runtime';
import type { KindRules } from './kinds';
import type { List } from './reads';
import type { Stored } from './types';

/* Objects as text: written once, however many requests and watches they answer. */

const WHOLE = new WeakMap<Stored, string>();
const IN_LISTS = new WeakMap<Stored, string>();

export function textOf(object: Stored): string {
  return remembered(WHOLE, object, () => JSON.stringify(object));
}

export function listText({ resource, managedFields }: KindRules, { version, items, next, left }: List): string {
  const metadata = JSON.stringify({
    resourceVersion: String(version),
    ...(next !== undefined && { continue: next, remainingItemCount: left }),
  });
  // Items of the built-in kinds do not name their kind.
  const texts = items.map((item) => (managedFields ? textOf(item) : remembered(IN_LISTS, item, () => unnamed(item))));
  const kind = `"kind":"${resource.kind}List","apiVersion":"${apiVersionOf(resource)}"`;
  return `{${kind},"metadata":${metadata},"items":[${texts.join(',')}]}`;
}

function unnamed({ apiVersion: _, kind: __, ...rest }: Stored): string {
  return JSON.stringify(rest);
}

function remembered(texts: WeakMap<Stored, string>, object: Stored, make: () => string): string {
  let text = texts.get(object);
  if (text === undefined) texts.set(object, (text = make()));
  return text;
}
