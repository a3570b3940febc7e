import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { areTracesOn, openSpans } from '../../src/tracing/open-spans';
import { idsOfRun } from '../../src/tracing/run-ids';
import { NO_SPANS, type Spans } from '../../src/tracing/spans';
import { TraceReceiver } from '../support/trace-receiver';

let receiver: TraceReceiver;
let warned: string[];

beforeEach(async () => {
  receiver = await TraceReceiver.start();
  warned = [];
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.url;
});

afterEach(async () => {
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  await receiver.stop();
});

const open = (variables: NodeJS.ProcessEnv): Promise<Spans> =>
  openSpans({ service: 'service', version: '1', variables, warn: (message) => warned.push(message) });

test.each([
  [{}, false],
  [{ OTEL_TRACES_EXPORTER: '' }, false],
  [{ OTEL_TRACES_EXPORTER: 'none' }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, false],
  [{ OTEL_TRACES_EXPORTER: 'otlp' }, true],
  [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'TRUE' }, false],
])('with %j traces are on: %j', async (variables, isOn) => {
  expect(areTracesOn(variables)).toBe(isOn);
  const spans = await open(variables);
  expect(spans === NO_SPANS).toBe(!isOn);
  await spans.close();
});

test.each([
  [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER: it must be otlp or none, not "zipkin"'],
  [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_TRACES_SAMPLER: 'often' }, 'OTEL_TRACES_SAMPLER: it must be one of always_on'],
])('%j is refused', async (variables, sentence) => {
  await expect(open(variables)).rejects.toThrow(sentence);
});

test('of several programs that keep one trace in two, all keep the same ones', async () => {
  const half = {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.5',
  };
  const [whole, part] = [await open(half), await open(half)];
  const runs = Array.from({ length: 40 }, (_, index) => idsOfRun(`run ${index}`));
  const times = { startedAt: 1_000, endedAt: 2_000 };
  for (const ids of runs) {
    whole.record({ name: 'run', ids, ...times });
    part.record({ name: 'part', parent: ids, ...times });
  }
  await Promise.all([whole.close(), part.close()]);
  const kept = (name: string) => receiver.spans.filter((span) => span.name === name).map(({ traceId }) => traceId);
  expect(kept('run').sort()).toEqual(kept('part').sort());
  expect(kept('run').length).toBeGreaterThan(5);
  expect(kept('run').length).toBeLessThan(35);
});

test('times, events and the kind of a failure are sent, and a span never ends before it begins', async () => {
  const spans = await open({ OTEL_TRACES_EXPORTER: 'otlp' });
  const ids = idsOfRun('run');
  const events = [{ name: 'scheduled', at: 1_500 }];
  spans.record({ name: 'span', ids, startedAt: 1_000, endedAt: 900, error: 'NodeLost', events });
  await spans.close();
  expect(receiver.spans).toHaveLength(1);
  expect(receiver.spans[0]).toMatchObject({
    ...ids,
    startTimeUnixNano: '1000000000',
    endTimeUnixNano: '1000000000',
    attributes: { 'error.type': 'NodeLost' },
    events: [{ name: 'scheduled', timeUnixNano: '1500000000' }],
    status: { code: 2 },
  });
});

test('a receiver that is not there is told of, and keeps nobody from ending', async () => {
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:1';
  const spans = await open({ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_TIMEOUT: '300' });
  spans.record({ name: 'span', ids: idsOfRun('run'), startedAt: 1, endedAt: 2 });
  await spans.close();
  expect(warned.join()).toContain('traces: ');
});
