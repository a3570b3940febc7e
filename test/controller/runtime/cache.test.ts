import { describe, expect, test } from '@jest/globals';
import type { CacheEvent, KubeObject } from '../../../src/controller/runtime';
import { Cache } from '../../../src/controller/runtime';

interface Thing extends KubeObject {
  color?: string;
}

const thing = (
  name: string,
  version: number,
  fields: { uid?: string; color?: string; namespace?: string } = {},
): Thing => ({
  metadata: {
    name,
    namespace: fields.namespace ?? 'default',
    uid: fields.uid ?? `uid-of-${name}`,
    resourceVersion: String(version),
  },
  ...(fields.color === undefined ? {} : { color: fields.color }),
});

const state = (cache: Cache<Thing>) =>
  Object.fromEntries(cache.list().map(({ metadata }) => [metadata.name, Number(metadata.resourceVersion)]));

describe('a cache', () => {
  test.each<{ name: string; steps: (cache: Cache<Thing>) => void; expected: Record<string, number> }>([
    {
      name: 'keeps its own write when an older event arrives later',
      steps: (cache) => {
        cache.noteWritten(thing('a', 9));
        cache.apply(thing('a', 8));
      },
      expected: { a: 9 },
    },
    {
      name: 'compares versions as numbers, not as text',
      steps: (cache) => {
        cache.apply(thing('a', 9));
        cache.apply(thing('a', 10));
      },
      expected: { a: 10 },
    },
    {
      name: 'keeps its own write when a list from before it arrives',
      steps: (cache) => {
        cache.noteWritten(thing('a', 9));
        cache.replace('', [thing('b', 7)], '8');
      },
      expected: { a: 9, b: 7 },
    },
    {
      name: 'drops what a list from after it does not hold',
      steps: (cache) => {
        cache.noteWritten(thing('a', 9));
        cache.replace('', [thing('b', 7)], '10');
      },
      expected: { b: 7 },
    },
    {
      name: 'does not bring back what it deleted itself, whatever arrives',
      steps: (cache) => {
        cache.apply(thing('a', 5));
        cache.noteDeleted(thing('a', 5));
        cache.apply(thing('a', 6));
        cache.replace('', [thing('a', 7)], '8');
      },
      expected: {},
    },
    {
      name: 'does not bring back what left when an event of before arrives late',
      steps: (cache) => {
        cache.apply(thing('a', 5));
        cache.remove(thing('a', 7));
        cache.apply(thing('a', 6));
      },
      expected: {},
    },
    {
      name: 'takes an object again that left the selector and came back',
      steps: (cache) => {
        cache.apply(thing('a', 5));
        cache.remove(thing('a', 7));
        cache.apply(thing('a', 8));
      },
      expected: { a: 8 },
    },
    {
      name: 'keeps a new object when the deletion of its namesake arrives late',
      steps: (cache) => {
        cache.apply(thing('a', 5));
        cache.noteWritten(thing('a', 9, { uid: 'another' }));
        cache.remove(thing('a', 7));
      },
      expected: { a: 9 },
    },
    {
      name: 'leaves other namespaces alone when one is listed',
      steps: (cache) => {
        cache.apply(thing('a', 5, { namespace: 'other' }));
        cache.replace('default', [thing('b', 6)], '10');
      },
      expected: { a: 5, b: 6 },
    },
    {
      name: 'goes back in time only when forced',
      steps: (cache) => {
        cache.apply(thing('a', 50));
        cache.replace('', [thing('a', 7)], '8', true);
      },
      expected: { a: 7 },
    },
  ])('$name', ({ steps, expected }) => {
    const cache = new Cache<Thing>();
    steps(cache);
    expect(state(cache)).toEqual(expected);
  });

  test('finds objects by index, also after they moved or left', () => {
    const cache = new Cache<Thing>({ indexes: { color: ({ color }) => (color === undefined ? [] : [color]) } });
    cache.apply(thing('a', 1, { color: 'red' }));
    cache.apply(thing('b', 2, { color: 'red' }));
    cache.apply(thing('a', 3, { color: 'blue' }));
    cache.remove(thing('b', 4));
    expect(cache.byIndex('color', 'red')).toEqual([]);
    expect(cache.byIndex('color', 'blue').map(({ metadata }) => metadata.name)).toEqual(['a']);
    expect(() => cache.byIndex('size', 'xl')).toThrow('no index "size". It has: color.');
  });

  test('tells the state before with each update, and a namesake as a deletion and an addition', () => {
    const cache = new Cache<Thing>();
    const heard: string[] = [];
    const note = ({ type, object, old }: CacheEvent<Thing>) =>
      heard.push([type, object.metadata.resourceVersion, old?.metadata.resourceVersion ?? '-'].join(' '));
    const unsubscribe = cache.onChange(note);
    cache.apply(thing('a', 1));
    cache.apply(thing('a', 1));
    cache.apply(thing('a', 2));
    cache.apply(thing('a', 3, { uid: 'another' }));
    unsubscribe();
    cache.apply(thing('a', 4, { uid: 'another' }));
    expect(heard).toEqual(['added 1 -', 'updated 2 1', 'deleted 2 -', 'added 3 -']);
  });

  test('trims what it keeps and leaves the writer’s object as it is', () => {
    const cache = new Cache<Thing>({ transform: ({ metadata }) => ({ metadata }) });
    const written = {
      ...thing('a', 1, { color: 'red' }),
      metadata: {
        ...thing('a', 1).metadata,
        managedFields: [{}],
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', kept: 'yes' },
      },
    };
    cache.noteWritten(written);
    const kept = cache.get('default', 'a');
    expect(kept).not.toHaveProperty('color');
    expect(kept?.metadata).not.toHaveProperty('managedFields');
    expect(kept?.metadata.annotations).toEqual({ kept: 'yes' });
    expect(written.metadata.managedFields).toHaveLength(1);
    expect(written.color).toBe('red');
  });

  test('keeps an object whole when trimming it fails', () => {
    const cache = new Cache<Thing>({
      transform: () => {
        throw new Error('a transform that fails');
      },
    });
    cache.apply(cache.trim(thing('a', 1, { color: 'red' })));
    expect(cache.get('default', 'a')?.color).toBe('red');
  });

  test('is synced when the first list of every scope is in, even if a scope is empty', () => {
    const cache = new Cache<Thing>();
    expect(cache.synced).toBe(false);
    cache.expect(['one', 'two']);
    cache.replace('one', [], '5');
    expect(cache.synced).toBe(false);
    cache.replace('two', [], '5');
    expect(cache.synced).toBe(true);
  });
});
