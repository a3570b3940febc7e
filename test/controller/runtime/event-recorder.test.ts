import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import type { EventInput, KubeClient, KubeObject } from '../../../src/controller/runtime';
import { EventRecorder, KubeError } from '../../../src/controller/runtime';
import { FakeClock } from '../../support/fake-clock';

interface Written extends KubeObject {
  reason: string;
  message: string;
  count: number;
  lastTimestamp: string;
}

const target = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'default', uid: 'u' } };
const warning = (message: string, reason = 'Odd'): EventInput => ({ type: 'Warning', reason, message });

describe('an event recorder', () => {
  let clock: FakeClock;
  let metrics: Registry;
  let written: Map<string, Written>;
  let requests: string[];
  let recorder: EventRecorder;

  beforeEach(() => {
    clock = new FakeClock();
    metrics = new Registry();
    written = new Map();
    requests = [];
    const client = {
      create: (_resource: unknown, _namespace: string, event: Written) => {
        requests.push('create');
        if (event.message === 'refused')
          return Promise.reject(new KubeError({ status: 403, reason: 'Forbidden', message: 'no' }));
        written.set(event.metadata.name, event);
        return Promise.resolve(event);
      },
      patch: (_resource: unknown, _namespace: string, name: string, patch: Partial<Written>) => {
        requests.push('patch');
        const event = written.get(name);
        if (!event) return Promise.reject(new KubeError({ status: 404, reason: 'NotFound', message: 'gone' }));
        return Promise.resolve(Object.assign(event, patch));
      },
    };
    recorder = new EventRecorder({ client: client as unknown as KubeClient, component: 'test', clock, metrics });
  });
  afterEach(() => recorder.flush());

  const summary = () => [...written.values()].map(({ message, count }) => `${count} ${message}`);
  const dropped = async () => (await metrics.getSingleMetric('event_recorder_dropped_total')?.get())?.values;

  test('writes what repeats before it is written as one request', async () => {
    for (let i = 0; i < 5; i++) recorder.event(target, warning('x'));
    await recorder.flush();
    expect(requests).toEqual(['create']);
    expect(summary()).toEqual(['5 x']);
  });

  test('counts up what repeats later, with the time of the last', async () => {
    recorder.event(target, warning('x'));
    await recorder.flush();
    await clock.advance(90_000);
    recorder.event(target, warning('x'));
    await recorder.flush();
    expect(requests).toEqual(['create', 'patch']);
    expect([...written.values()][0]).toMatchObject({ count: 2, lastTimestamp: '2026-01-01T00:01:30Z' });
  });

  test('writes anew what the API server has forgotten', async () => {
    recorder.event(target, warning('x'));
    await recorder.flush();
    written.clear();
    recorder.event(target, warning('x'));
    await recorder.flush();
    expect(summary()).toEqual(['1 x']);
  });

  test('combines many messages of one reason into one event that shows the newest', async () => {
    for (let i = 0; i < 15; i++) recorder.event(target, warning(`message ${i}`));
    await recorder.flush();
    expect(summary()).toHaveLength(11);
    expect(summary().at(-1)).toBe('5 (combined from similar events): message 14');
    recorder.event(target, warning('message 15'));
    await recorder.flush();
    expect(summary()).toHaveLength(11);
    expect(summary().at(-1)).toBe('6 (combined from similar events): message 15');
  });

  test('drops what nobody would read, and counts it', async () => {
    for (let i = 0; i < 40; i++) recorder.event(target, warning('x', `Reason${i}`));
    await recorder.flush();
    expect(written.size).toBe(25);
    expect(await dropped()).toMatchObject([{ labels: { cause: 'spam' }, value: 15 }]);
  });

  test('goes on after an event that is refused', async () => {
    recorder.event(target, warning('refused'));
    recorder.event(target, warning('fine'));
    await recorder.flush();
    expect(summary()).toEqual(['1 fine']);
    expect(await dropped()).toMatchObject([{ labels: { cause: 'refused' }, value: 1 }]);
  });

  test('cuts a message that the API would refuse', async () => {
    recorder.event(target, warning('x'.repeat(3_000)));
    await recorder.flush();
    expect([...written.values()][0]?.message).toHaveLength(1_024);
  });
});
