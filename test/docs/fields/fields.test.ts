import { expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import type { ObjectType } from '../../../src/api/field';
import { SPEC } from '../../../src/api/worker-pool/spec';
import { FIELDS } from './fields';

/** The paths of the fields of an object and of those in it, but of the Pod's. */
function pathsOf({ fields }: ObjectType, above = ''): string[] {
  return Object.entries(fields).flatMap(([name, { type }]) => {
    const path = above + name;
    return type.kind === 'object' && path !== 'pod' ? [path, ...pathsOf(type, `${path}.`)] : [path];
  });
}

test('every field of WorkerPool.spec has a test that shows what it does, and no other has', () => {
  expect(Object.keys(FIELDS).sort()).toEqual(pathsOf(SPEC).sort());
});

// That a test of that name has passed is seen at the end of `npm test`, as with features.
test.each(Object.entries(FIELDS))('%s names files that there are', (_, proofs) => {
  expect(proofs.length).toBeGreaterThan(0);
  for (const { file } of proofs) expect([file, existsSync(`test/${file}`)]).toEqual([file, true]);
});
