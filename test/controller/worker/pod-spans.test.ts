import { expect, test } from '@jest/globals';
import { spansOfPod } from '../../../src/controller/worker/pod-spans';
import { idsOfAttempt } from '../../../src/tracing/run-ids';
import type { OverSpan } from '../../../src/tracing/spans';
import { anAssignment, containers, exited, observed, running } from '../run/fixtures';
import { World } from './world';

const at = (second: number): string => new Date(second * 1_000).toISOString();
const terminated = (from: number, to: number, code = 0) => ({
  terminated: { ...exited(code).terminated, startedAt: at(from), finishedAt: at(to) },
});
const condition = (type: string, second: number, status = 'True') => ({ type, status, lastTransitionTime: at(second) });

const ENDED = containers(
  { init: terminated(12, 14), relay: terminated(15, 30), worker: terminated(15, 29, 1) },
  { phase: 'Failed', conditions: [condition('PodScheduled', 11), condition('Initialized', 14), condition('Ready', 9)] },
);

const created = (pod: ReturnType<typeof observed>) => ({
  ...pod,
  metadata: { ...pod.metadata, creationTimestamp: at(10) },
});

const told = ({ name, startedAt, endedAt, error }: OverSpan) =>
  [name, startedAt / 1_000, endedAt / 1_000, ...(error ? [error] : [])].join(' ');

test('an ended Pod is a span with one for each of our containers, all of them parts of the attempt', () => {
  const spans = spansOfPod(created(observed(ENDED)));
  expect(spans.map(told)).toEqual([
    'Pod 10 30',
    'container init 12 14',
    'container launcher-grpc 15 30',
    'container worker 15 29 Error',
  ]);
  const { runId, attempt } = anAssignment();
  for (const { parent } of spans) expect(parent).toEqual(idsOfAttempt(runId, attempt));
  expect(spans[0]!.events).toEqual([
    { name: 'scheduled', at: 11_000 },
    { name: 'initialized', at: 14_000 },
  ]);
});

test('a Pod that never came to a node is a span without a length', () => {
  expect(spansOfPod(created(observed({ phase: 'Failed' }))).map(told)).toEqual(['Pod 10 10']);
});

test('what is not the Pod of a run has none', () => {
  const pod = created(observed(ENDED));
  expect(spansOfPod({ ...pod, metadata: { ...pod.metadata, name: 'another' } })).toEqual([]);
});

test('a Pod is told of once, when it ends before our eyes', async () => {
  const world = new World();
  await world.work(anAssignment());
  world.setPodStatus(containers({ relay: running, worker: running }));
  await world.pass();
  expect(world.spans).toEqual([]);
  world.setPodStatus(ENDED);
  await world.pass();
  world.setPodStatus({ ...ENDED, message: 'once more' });
  await world.pass();
  expect(world.spans.map(({ name }) => name)).toEqual([
    'Pod',
    'container init',
    'container launcher-grpc',
    'container worker',
  ]);
  // As much of the Pod as the cache keeps.
  expect(world.spans[0]!.events?.map(({ name }) => name)).toEqual(['scheduled', 'initialized']);
});
