import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openSpans } from '../../src/tracing/open-spans';
import { idsOfAttempt, idsOfRun } from '../../src/tracing/run-ids';
import { NO_SPANS, type Spans } from '../../src/tracing/spans';
import { TestControlPlane } from '../control-plane/support/control-plane';
import { removeFolder, temporaryFolder } from '../support/folder';
import { TraceReceiver, type SentSpan } from '../support/trace-receiver';
import { until } from '../support/until';
import { ProcessPool, sourceOf } from './support/process-pool';

/* One run, of which control plane and launcher tell an OTLP receiver without telling each other. */

const TOFU = `#!/bin/sh
echo "$TRACEPARENT"
for last; do :; done
case $1 in
  plan) echo secret-line; echo plan >"\${last#-out=}"; exit 2 ;;
  apply) exit \${TF_VAR_code:-0} ;;
esac
`;

let root: string;
let receiver: TraceReceiver;
let controlPlane: TestControlPlane;
let pool: ProcessPool;
let spans: Spans;

beforeEach(async () => {
  root = temporaryFolder();
  receiver = await TraceReceiver.start();
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '50' });
  controlPlane = await TestControlPlane.start({ traces: true });
  pool = await ProcessPool.open(controlPlane, join(root, 'bin'), root);
  await mkdir(join(root, 'bin'));
  await writeFile(join(root, 'bin', 'tofu'), TOFU, { mode: 0o755 });
  spans = await launcherSpans({ OTEL_TRACES_EXPORTER: 'otlp' });
});

afterEach(async () => {
  await spans.close();
  await pool.close();
  await controlPlane.close();
  await receiver.stop();
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  delete process.env.OTEL_BSP_SCHEDULE_DELAY;
  removeFolder(root);
});

const launcherSpans = (variables: NodeJS.ProcessEnv): Promise<Spans> =>
  openSpans({ service: 'worker-pools-launcher', version: '1', variables, warn: () => undefined });

async function runOf(environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const { id } = pool.pool;
  await controlPlane.admin.createStack({ name: 'stack', pool: id, autoDeploy: false, environment });
  await controlPlane.admin.uploadSource('stack', sourceOf({ 'main.tf': '' }));
  return (await controlPlane.admin.createRun({ stack: 'stack' })).id;
}

/** The whole trace of a run, once its root has come, each span below the one that it names as its parent. */
async function treeOf(runId: string): Promise<string[]> {
  const { traceId, spanId } = idsOfRun(runId);
  await until(() => receiver.spans.find((span) => span.spanId === spanId), 'the span of the run');
  await spans.close();
  const all = receiver.spans.filter((span) => span.traceId === traceId);
  const below = (parent: string | undefined, depth: number): string[] =>
    all
      .filter(({ parentSpanId }) => (parentSpanId || undefined) === parent)
      .sort((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)))
      .flatMap((span) => [`${'  '.repeat(depth)}${told(span)}`, ...below(span.spanId, depth + 1)]);
  const tree = below(undefined, 0);
  expect(tree).toHaveLength(all.length);
  return tree;
}

const told = ({ name, attributes, resource }: SentSpan): string => {
  const error = attributes['error.type'];
  return `${name} (${String(resource['service.name']).replace('worker-pools-', '')})${error ? ` ${error}` : ''}`;
};

test('it is one trace, from its creation to its end', async () => {
  const id = await runOf();
  await pool.carryOut(id, 'preparing', { spans });
  await controlPlane.admin.confirm(id);
  await pool.carryOut(id, 'applying', { spans });
  expect(await treeOf(id)).toEqual([
    'run (control-plane)',
    '  wait for a worker (control-plane)',
    '  preparing (control-plane)',
    '    wait for the Pod (control-plane)',
    '    init: start (launcher)',
    '    init: policy (launcher)',
    '    init: source (launcher)',
    '    step init (launcher)',
    '    step plan (launcher)',
    '  wait for a person (control-plane)',
    '  wait for a worker (control-plane)',
    '  applying (control-plane)',
    '    wait for the Pod (control-plane)',
    '    init: start (launcher)',
    '    init: policy (launcher)',
    '    init: source (launcher)',
    '    step init (launcher)',
    '    step apply (launcher)',
  ]);
  expect(JSON.stringify(receiver.bodies)).not.toContain('secret-line');
});

test('a step that fails is seen in its own span and in that of the run', async () => {
  const id = await runOf({ TF_VAR_code: '3' });
  await pool.carryOut(id, 'preparing', { spans });
  await controlPlane.admin.confirm(id);
  await pool.carryOut(id, 'applying', { spans });
  const tree = await treeOf(id);
  expect(tree[0]).toBe('run (control-plane) UserFailed');
  expect(tree.at(-1)).toBe('    step apply (launcher) UserFailed');
});

test.each<[string, NodeJS.ProcessEnv, string | undefined]>([
  ['goes on with it', { OTEL_TRACES_EXPORTER: 'otlp' }, '01'],
  ['hears that it is not kept', { OTEL_TRACES_EXPORTER: 'otlp', OTEL_TRACES_SAMPLER: 'always_off' }, '00'],
  ['hears nothing where the launcher sends no traces', {}, undefined],
])('the tool %s', async (_, variables, flags) => {
  spans = await launcherSpans(variables);
  const id = await runOf();
  await pool.carryOut(id, 'preparing', { spans });
  const { traceId, spanId } = idsOfAttempt(id, 1);
  const log = (await controlPlane.admin.readLog(id, 0)).map(({ text }) => text).join('');
  if (flags) expect(log).toContain(`00-${traceId}-${spanId}-${flags}\n`);
  else expect([spans, log.includes(traceId)]).toEqual([NO_SPANS, false]);
});
