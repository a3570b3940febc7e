import { describe, expect, it } from '@jest/globals';
import type { WorkerPool, WorkerPoolSpec } from '../../../../src/api';
import {
  changeOf,
  hashOf,
  settingsOf,
  type KnownPool,
} from '../../../../src/controller/worker-pool/registration/settings';

const settings = (spec: WorkerPoolSpec = {}, labels?: Record<string, string>) =>
  settingsOf({ metadata: { name: 'pool', labels }, spec } as WorkerPool);

/** A pool that nothing is said of but its name, unless told otherwise. */
const actual = (facts: Partial<KnownPool> = {}): KnownPool => ({
  id: 'ID',
  name: 'pool',
  description: null,
  labels: [],
  space: 'root',
  driftDetectionRunLimit: -1,
  managedByK8sController: true,
  ...facts,
});

describe('what a control plane is to have of a pool', () => {
  it.each<[string, ReturnType<typeof settings>, object]>([
    ['its name alone', settings(), { name: 'pool', description: null, labels: [], space: null }],
    ['no limit of drift runs', settings(), { driftDetectionRunLimit: -1 }],
    ['no drift runs', settings({ driftDetectionRunLimits: { disabled: true } }), { driftDetectionRunLimit: 0 }],
    ['some', settings({ driftDetectionRunLimits: { maxRuns: 3 } }), { driftDetectionRunLimit: 3 }],
    ['its labels, sorted', settings({}, { b: '', a: 'x' }), { labels: ['a:x', 'b'] }],
    ["no label of the operator's", settings({}, { 'workers.spacelift.io/ulid': 'ID' }), { labels: [] }],
  ])('is %s', (_, given, expected) => {
    expect(given).toMatchObject(expected);
  });

  it('has another hash when a label alone differs', () => {
    expect(hashOf(settings({}, { a: '1' }))).not.toBe(hashOf(settings({}, { a: '2' })));
  });

  it.each<[string, KnownPool, ReturnType<typeof settings>]>([
    ['everything is there', actual(), settings()],
    ['labels stand in another order', actual({ labels: ['b:2', 'a:1'] }), settings({}, { a: '1', b: '2' })],
    ['no space is wanted', actual({ space: 'network' }), settings()],
    ['the limit is written as null', actual({ driftDetectionRunLimit: null }), settings()],
  ])('is left alone when %s', (_, known, wanted) => {
    expect(changeOf(known, wanted)).toBeUndefined();
  });

  it('is told whole when something differs, without moving it', () => {
    const known = actual({ space: 'network', description: 'old' });
    expect(changeOf(known, settings({ description: 'new' }))).toEqual({
      name: 'pool',
      description: 'new',
      labels: [],
      space: 'network',
      driftDetectionRunLimit: -1,
    });
  });
});
