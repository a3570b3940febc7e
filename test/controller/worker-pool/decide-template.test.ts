import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/controller/worker-pool/decide';
import type { PoolSnapshot, TemplateVerdict } from '../../../src/controller/worker-pool/snapshot';
import { asStored, failed, NOW, session, snapshot, template, workers } from './fixtures';

const actionsOf = (facts: Partial<PoolSnapshot>) => decide(snapshot(facts)).actions.map(({ type }) => type);
const conditionOf = (facts: Partial<PoolSnapshot>, type: string) =>
  decide(snapshot(facts)).status.conditions.find((condition) => condition.type === type);

const unchecked = template(undefined, { check: undefined });
const problem = { reason: 'SomeReason', message: 'Some words.' };
const verdict = (state: 'refused' | 'unanswered' | 'unaskable'): TemplateVerdict => ({ state, problem });
const connecting = session({ status: { state: 'connecting' } });

describe('whether the API server takes the Pods of a pool', () => {
  it.each<[string, Partial<PoolSnapshot>, string[]]>([
    ['is asked once nothing else is to be done', { template: unchecked }, ['checkTemplate']],
    ['is asked anew of other Pods', { template: template(undefined, { key: 'other' }) }, ['checkTemplate']],
    ['is not asked twice at once', { template: { ...unchecked, asking: true } }, []],
    ['keeps no session waiting', { template: unchecked, session: undefined }, ['openSession']],
    ['keeps no exchange waiting', { template: unchecked, session: session({ synced: false }) }, ['sync']],
    ['keeps no Worker waiting', { template: unchecked, workers: workers(1) }, ['createWorkers']],
    ['keeps no Worker that is to go', { template: unchecked, workers: workers(5) }, ['retireWorkers']],
    ['waits for the images of the runs', { template: { ...unchecked, imagesKnown: false }, session: connecting }, []],
    [
      'is asked without them when they cannot be known',
      { template: { ...unchecked, imagesKnown: false }, session: failed('unreachable') },
      ['checkTemplate'],
    ],
    ['is not asked again at once', { template: template(verdict('refused')) }, []],
    [
      'is not asked again once they were accepted',
      { template: template(), now: NOW + 1e9, session: failed('protocol') },
      [],
    ],
  ])('%s', (_, facts, actions) => {
    expect(actionsOf(facts)).toEqual(actions);
  });

  it.each(['refused', 'unanswered', 'unaskable'] as const)('is asked again after a while when it was %s', (state) => {
    const facts = { template: template(verdict(state)) };
    expect(decide(snapshot(facts)).requeueAfterMs).toBe(2_000);
    expect(actionsOf({ ...facts, now: NOW + 2_000 })).toEqual(['checkTemplate']);
  });
});

describe('the condition PodTemplateValid', () => {
  it.each<[string, TemplateVerdict, string, string]>([
    ['accepted Pods', { state: 'accepted' }, 'True', 'True'],
    ['refused Pods', verdict('refused'), 'False', 'False'],
    ['a server that could not say', verdict('unanswered'), 'Unknown', 'Unknown'],
    ['a question that says nothing of the runs', verdict('unaskable'), 'Unknown', 'True'],
  ])('of %s, and what it means for Ready', (_, found, status, ready) => {
    const facts = { template: template(found) };
    expect(conditionOf(facts, 'PodTemplateValid')?.status).toBe(status);
    expect(conditionOf(facts, 'Ready')?.status).toBe(ready);
  });

  it.each<[string, number, string]>([
    ['stays as an earlier process found it', 1, 'True'],
    ['says nothing of a generation that was not looked at', 2, 'Unknown'],
  ])('%s', (_, generation, status) => {
    const conditions = decide(snapshot()).status.conditions.map(asStored);
    const facts = { generation, template: unchecked, status: { conditions } };
    expect(conditionOf(facts, 'PodTemplateValid')?.status).toBe(status);
  });

  it('holds for a later generation that changes nothing of the Pods', () => {
    expect(conditionOf({ generation: 2 }, 'PodTemplateValid')?.status).toBe('True');
  });

  it.each<[string, TemplateVerdict, object[]]>([
    ['refused', verdict('refused'), [{ type: 'Warning', ...problem }]],
    ['not answered', verdict('unanswered'), [{ type: 'Warning', ...problem }]],
    ['not askable', verdict('unaskable'), []],
  ])('has an event once when Pods are %s', (_, found, events) => {
    const facts = { template: template(found) };
    const conditions = decide(snapshot()).status.conditions.map(asStored);
    const first = decide(snapshot({ ...facts, status: { conditions } }));
    expect(first.events).toEqual(events);
    expect(
      decide(snapshot({ ...facts, status: { conditions: first.status.conditions.map(asStored) } })).events,
    ).toEqual([]);
  });
});
