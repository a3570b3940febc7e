import { expect, test } from '@jest/globals';
import { batchOf, samplerOf } from '../../src/tracing/trace-variables';

test.each([
  [{}, 'ParentBased{root=AlwaysOnSampler'],
  [{ OTEL_TRACES_SAMPLER: 'always_off' }, 'AlwaysOffSampler'],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }, 'TraceIdRatioBased{0.25}'],
  [
    { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' },
    'ParentBased{root=TraceIdRatioBased{0.5}',
  ],
])('of the variables %j comes the sampler %s', (variables, sampler) => {
  expect(samplerOf(variables).toString()).toContain(sampler);
});

test('numbers of batches are taken as they are given', () => {
  expect(batchOf({})).toEqual({});
  expect(batchOf({ OTEL_BSP_MAX_QUEUE_SIZE: '100', OTEL_BSP_SCHEDULE_DELAY: '20' })).toEqual({
    maxQueueSize: 100,
    scheduledDelayMillis: 20,
  });
});

test.each<[string, () => unknown, string]>([
  ['a sampler that nobody knows', () => samplerOf({ OTEL_TRACES_SAMPLER: 'often' }), 'it must be one of always_on, '],
  ['a ratio above 1', () => samplerOf({ OTEL_TRACES_SAMPLER_ARG: '2' }), 'it must be a number from 0 to 1'],
  ['a batch of no number', () => batchOf({ OTEL_BSP_MAX_QUEUE_SIZE: 'x' }), 'OTEL_BSP_MAX_QUEUE_SIZE: it must be'],
])('%s is refused', (_, read, sentence) => {
  expect(read).toThrow(sentence);
});
