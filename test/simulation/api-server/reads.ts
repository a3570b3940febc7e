import type { Core } from './core';
import type { Parsed } from './request';
import { expired, notFound } from './refusals';
import { fieldSelector, labelSelector, type Selector } from './selectors';
import { storeKey } from './store';
import type { Stored } from './types';

export interface List {
  readonly version: number;
  readonly items: readonly Stored[];
  readonly next?: string;
  readonly left?: number;
}

/** Reads one, of a version ago where the client allows that. */
export function get({ store }: Core, { rules, seen, parameters }: Parsed, staleBy: number): Stored {
  const key = storeKey(seen.namespace, seen.name ?? '');
  const isStale = staleBy > 0 && parameters.resourceVersion === '0';
  const object = isStale ? store.objectAt(seen.resource, key, store.version - staleBy) : store.get(seen.resource, key);
  if (!object) throw notFound(rules, seen.name ?? '');
  return object;
}

/** One page. All pages of a list are of the version of the first. */
export function list({ store }: Core, request: Parsed, staleBy: number): List {
  const { seen, parameters } = request;
  const token = parameters.continue === undefined ? undefined : readToken(parameters.continue);
  if (token && token.version < store.oldestVersion) {
    throw expired('The provided continue parameter is too old to display a consistent list result.');
  }
  const isStale = staleBy > 0 && parameters.resourceVersion === '0';
  const version = token?.version ?? (isStale ? Math.max(store.oldestVersion, store.version - staleBy) : store.version);
  const matches = selectorOf(request);
  const keys = [...store.collectionAt(seen.resource, version)].filter(([, object]) => matches(object));
  keys.sort(([a], [b]) => (a < b ? -1 : 1));
  const from = token ? keys.filter(([key]) => key > token.after) : keys;
  // A list from the cache has no pages.
  const limit = isStale ? 0 : Number(parameters.limit ?? 0);
  const page = limit > 0 ? from.slice(0, limit) : from;
  const last = page.at(-1);
  const left = from.length - page.length;
  return {
    version,
    items: page.map(([, object]) => object),
    ...(left > 0 && last && { next: `${version} ${last[0]}`, left }),
  };
}

export function selectorOf({ seen, parameters }: Parsed): Selector {
  const labels = labelSelector(parameters.labelSelector);
  const fields = fieldSelector(parameters.fieldSelector);
  const { namespace } = seen;
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) && labels(object) && fields(object);
}

function readToken(text: string): { version: number; after: string } {
  const [version, after = ''] = text.split(' ');
  return { version: Number(version), after };
}
