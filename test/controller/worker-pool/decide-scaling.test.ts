import { describe, expect, it } from '@jest/globals';
import {
  ASK_AGAIN_MS,
  ASK_FREE_AGAIN_MS,
  desiredPoolSize,
  planScaling,
} from '../../../src/controller/worker-pool/decide-scaling';
import { NOW, worker, workers } from './fixtures';

const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

describe('the wanted number of Workers', () => {
  it.each([
    ['a new pool without poolSize gets one', undefined, undefined, 1],
    ['an update without poolSize keeps what was wanted', undefined, 7, 7],
    ['poolSize wins over what was wanted', 2, 7, 2],
    ['zero is a size', 0, 7, 0],
    ['a pool scaled to zero stays there when poolSize is left out', undefined, 0, 0],
  ])('%s', (_, specSize, before, wanted) => {
    expect(desiredPoolSize(specSize, before)).toBe(wanted);
  });
});

describe('the way to the wanted number', () => {
  it('makes what is missing', () => {
    expect(planScaling(workers(1), 4, NOW)).toEqual({ create: 3, register: [], retire: [], remove: [] });
  });

  it('does nothing when the number is right', () => {
    expect(planScaling(workers(4), 4, NOW)).toEqual({ create: 0, register: [], retire: [], remove: [] });
  });

  it('asks the newest idle Workers first, the busy ones last', () => {
    const pool = [worker(1), worker(2, { busy: true }), worker(3), worker(4, { busy: true }), worker(5)];
    expect(names(planScaling(pool, 1, NOW).retire)).toEqual(['pool-5', 'pool-3', 'pool-1', 'pool-4']);
  });

  it('removes only Workers whose retirement was agreed', () => {
    const plan = planScaling(
      [worker(1), worker(2, { retired: true }), worker(3, { retiring: true, busy: true })],
      1,
      NOW,
    );
    expect(names(plan.remove)).toEqual(['pool-2']);
  });

  it('leaves alone what is being deleted already', () => {
    const plan = planScaling([worker(1), worker(2, { retired: true, deleting: true })], 1, NOW);
    expect(plan).toEqual({ create: 0, register: [], retire: [], remove: [] });
  });

  it.each([
    ['is retired', { retired: true }],
    ['is busy but was asked to go', { retiring: true, busy: true, askedAt: NOW }],
    ['is being deleted by a person', { deleting: true }],
  ])('makes a new Worker in the place of one that %s when the pool grows again', (_, facts) => {
    expect(planScaling([worker(1), worker(2, facts)], 2, NOW).create).toBe(1);
  });

  it('asks a busy Worker again after a while, and soon when its run is over', () => {
    const asked = { retiring: true, askedAt: NOW };
    const busy = [worker(1, { ...asked, busy: true })];
    expect(planScaling(busy, 0, NOW + ASK_AGAIN_MS - 1).retire).toEqual([]);
    expect(names(planScaling(busy, 0, NOW + ASK_AGAIN_MS).retire)).toEqual(['pool-1']);
    expect(planScaling([worker(1, asked)], 0, NOW + ASK_FREE_AGAIN_MS - 1).retire).toEqual([]);
    expect(names(planScaling([worker(1, asked)], 0, NOW + ASK_FREE_AGAIN_MS).retire)).toEqual(['pool-1']);
  });

  it('registers what the control plane does not know, but not what goes anyway', () => {
    const plan = planScaling([worker(1), worker(2, { registered: false }), worker(3, { registered: false })], 2, NOW);
    expect(names(plan.register)).toEqual(['pool-2']);
    expect(names(plan.retire)).toEqual(['pool-3']);
  });
});
