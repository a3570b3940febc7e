/** What is still to come is said wherever a person reads of it, in the words that src/api has for it. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { WORKER_POOL_KIND } from '../../src/api';
import { notYetText, type Field, type ObjectType } from '../../src/api/field';

/** Each field of a WorkerPool that carries the mark, by its path. */
function marked({ fields }: ObjectType, path: string): [string, string][] {
  return Object.entries(fields).flatMap(([name, { notYet, type }]: [string, Field]) => [
    ...(notYet === undefined ? [] : ([[`${path}.${name}`, notYetText(notYet)]] as [string, string][])),
    ...(type.kind === 'object' ? marked(type, `${path}.${name}`) : []),
  ]);
}

const MARKED = new Map(marked(WORKER_POOL_KIND.spec, 'spec'));

const POD = 'src/constructs/worker-pool/run-pod.ts';

/** Where the constructs have each of them: a file, and what the docstring stands before. */
const DOCSTRINGS: readonly [string, string, string][] = [
  ['spec.pod.defaultIntentImage', POD, 'readonly defaultIntentImage?'],
];

/** The docstring before a member or a class, on one line. */
function docstring(file: string, before: string): string {
  const text = readFileSync(file, 'utf8');
  const end = text.indexOf(before);
  const start = text.lastIndexOf('/**', end);
  return text.slice(start, end).replaceAll(/\s+(\* )?/g, ' ');
}

describe('what the bundled controller does not carry out yet', () => {
  it.each(DOCSTRINGS)('%s is said so in %s, before %s', (field, file, before) => {
    expect(docstring(file, before)).toContain(MARKED.get(field));
  });

  it('is named by a docstring for every field that has the mark', () => {
    expect([...new Set(DOCSTRINGS.map(([field]) => field))].sort()).toEqual([...MARKED.keys()].sort());
  });
});
