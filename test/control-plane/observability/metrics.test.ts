import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { CONTROL_PLANE_METRICS as METRICS } from '../../../src/api/control-plane-metrics';
import type { MetricDescription } from '../../../src/api/metrics';
import { measuredStore } from '../../../src/control-plane/observability/measured-store';
import { RequestError } from '../../../src/control-plane/errors';
import type { Store } from '../../../src/control-plane/store';
import { makePool, makeStack, newWorker, TestControlPlane, type TestPool } from '../support/control-plane';
import { Speaker } from '../support/speaking';

let controlPlane: TestControlPlane;
let pool: TestPool;
let speaker: Speaker;

beforeAll(async () => {
  controlPlane = await TestControlPlane.start({ metricsPort: 0, version: '1.2.3' });
  pool = await makePool(controlPlane);
  await makeStack(controlPlane, pool.id);
  speaker = new Speaker(controlPlane);
});

afterAll(async () => {
  await speaker.close();
  await controlPlane.close();
});

async function scrape(): Promise<string> {
  const { statusCode, body } = await request(`${controlPlane.metricsUrl}/metrics`);
  expect(statusCode).toBe(200);
  return body.text();
}

/** The value of a series such as `name{label="x"}`. */
function valueOf(text: string, metric: MetricDescription, rest = ''): number {
  const line = text.split('\n').find((each) => each.startsWith(`${metric.name}${rest} `));
  return Number(line?.split(' ').at(-1) ?? NaN);
}

test('every metric of the catalogue is served, as the reference has it, and none of its name beside', async () => {
  const own = /^# TYPE (worker_pools_\S+) (\S+)$/gm;
  const served = [...(await scrape()).matchAll(own)].map(([, name, type]) => `${name} ${type}`);
  const described = Object.values(METRICS).map(({ name, type }) => `${name} ${type}`);
  expect(served.sort()).toEqual(described.sort());
  const documented = readFileSync('docs/api/metrics.md', 'utf8').matchAll(/^\| `(worker_pools_\S+)` +\| (\S+)/gm);
  expect([...documented].map(([, name, type]) => `${name} ${type}`).sort()).toEqual(served);
});

test('a run is counted while it waits, and how long it has waited once a worker has it', async () => {
  await controlPlane.admin.createRun({ stack: 'stack' });
  const waiting = await scrape();
  expect(valueOf(waiting, METRICS.runs, '{state="QUEUED"}')).toBe(1);
  expect(valueOf(waiting, METRICS.assignment, '_count')).toBe(0);

  const answer = await speaker.operation(pool, 'register', { session: 's', workers: [newWorker()] });
  expect(answer.statusCode).toBe(200);
  await answer.body.dump();
  const assigned = await scrape();
  expect(valueOf(assigned, METRICS.runs, '{state="QUEUED"}')).toBeNaN();
  expect(valueOf(assigned, METRICS.runs, '{state="PREPARING"}')).toBe(1);
  expect(valueOf(assigned, METRICS.oldestWaitingRun)).toBe(0);
  expect(valueOf(assigned, METRICS.assignment, '_count')).toBe(1);
  expect(valueOf(assigned, METRICS.sessions, '{state="alive"}')).toBe(1);
  expect(valueOf(assigned, METRICS.sessions, '{state="silent"}')).toBe(0);
});

test('how long the view with a run took to reach its controller is measured once', async () => {
  const text = await scrape();
  expect(valueOf(text, METRICS.assignmentView, '_count')).toBe(1);
  expect(valueOf(text, METRICS.triggerView, '_count')).toBe(1);
  expect(valueOf(text, METRICS.triggerView, '_sum')).toBeGreaterThanOrEqual(
    valueOf(text, METRICS.assignmentView, '_sum'),
  );
  const again = await speaker.operation(pool, 'watch', { session: 's', after: 0, waitSeconds: 0 });
  expect(await again.body.json()).toMatchObject({ workers: [{ assignment: { attempt: 1 } }] });
  expect(valueOf(await scrape(), METRICS.assignmentView, '_count')).toBe(1);
});

test('how long a run took is measured in parts, and as a whole by its type and end', async () => {
  const before = await scrape();
  for (const metric of [METRICS.podStart, METRICS.firstLine]) expect(valueOf(before, metric, '_count')).toBe(0);
  const view = await speaker.operation(pool, 'watch', { session: 's', after: 0, waitSeconds: 0 });
  const { workers } = (await view.body.json()) as { workers: [{ assignment: { runId: string; fence: number } }] };
  const { runId, fence } = workers[0].assignment;
  const tell = async (what: string, body: object) => {
    const { statusCode, body: answer } = await speaker.operation(pool, `runs/${runId}/1/${what}`, { fence, ...body });
    await answer.dump();
    expect(statusCode).toBe(200);
  };
  const line = (sequence: number) => ({ sequence, time: 1, stream: 'stdout', step: 'plan', text: 'line\n' });
  await tell('start', { podUid: 'pod' });
  await tell('logs', { writer: 'init', entries: [line(1)] });
  expect(valueOf(await scrape(), METRICS.firstLine, '_count')).toBe(0);
  await tell('logs', { writer: 'relay', entries: [line(1)] });
  await tell('logs', { writer: 'relay', entries: [line(1), line(2)] });
  await tell('outcome', { reason: 'UserFailed', message: 'no', exitCode: 1, hasChanges: false });
  const after = await scrape();
  expect(valueOf(after, METRICS.podStart, '_count')).toBe(1);
  expect(valueOf(after, METRICS.firstLine, '_count')).toBe(1);
  expect(valueOf(after, METRICS.runDuration, '_count{type="TRACKED",state="FAILED"}')).toBe(1);
});

test('the end of each certificate is shown', async () => {
  const text = await scrape();
  const authority = new X509Certificate(controlPlane.ca).validToDate.getTime() / 1000;
  expect(valueOf(text, METRICS.certificateEnds, '{certificate="pool_authority"}')).toBe(authority);
  expect(valueOf(text, METRICS.certificateEnds, '{certificate="server_authority"}')).toBe(authority);
  expect(valueOf(text, METRICS.certificateEnds, '{certificate="server"}')).toBeGreaterThan(Date.now() / 1000);
  expect(text).not.toContain('certificate="broker');
});

test('commits, and the bytes of sources, are counted', async () => {
  const before = await scrape();
  await controlPlane.admin.uploadSource('stack', Readable.from([Buffer.alloc(1000), Buffer.alloc(234)]));
  const after = await scrape();
  const grown = (metric: MetricDescription, rest: string) =>
    valueOf(after, metric, rest) - (valueOf(before, metric, rest) || 0);
  expect(grown(METRICS.blobBytes, '{kind="sources",direction="in"}')).toBe(1234);
  expect(valueOf(after, METRICS.blobUploads, '{kind="sources"}')).toBe(0);
  expect(valueOf(after, METRICS.takesUploads)).toBe(1);
  expect(grown(METRICS.commitDuration, '_count')).toBeGreaterThan(0);
});

test('requests are counted by their status, and checks, space and version are shown', async () => {
  const before = valueOf(await scrape(), METRICS.httpRequests, '{method="POST",code="401"}') || 0;
  const refused = await speaker.send('POST', '/worker/v1/sync', { body: '{}' });
  expect(refused.statusCode).toBe(401);
  await refused.body.dump();
  const text = await scrape();
  expect(valueOf(text, METRICS.httpRequests, '{method="POST",code="401"}')).toBe(before + 1);
  for (const check of ['running', 'database', 'blobs']) {
    expect(valueOf(text, METRICS.ready, `{check="${check}"}`)).toBe(1);
  }
  expect(valueOf(text, METRICS.freeBytes)).toBeGreaterThan(0);
  expect(valueOf(text, METRICS.buildInfo, '{version="1.2.3"}')).toBe(1);
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
});

test('metrics are at their own port alone; health is at both', async () => {
  expect((await speaker.send('GET', '/metrics')).statusCode).toBe(404);
  const { body } = await speaker.send('GET', '/readyz');
  expect(await body.text()).toBe('ok running\nok database\nok blobs\n');
});

test.each([
  ['committed', () => Promise.resolve('value')],
  ['refused', () => Promise.reject(new RequestError('malformed', 'no'))],
  ['failed', () => Promise.reject(new Error('disk I/O error'))],
])('a transaction counts as %s, and its caller notices nothing', async (result, transaction) => {
  const counted: string[] = [];
  const store = measuredStore({ transaction } as unknown as Store, { transactionEnded: (how) => counted.push(how) });
  const settled = async (work: () => Promise<unknown>) => (await Promise.allSettled([work()]))[0];
  expect(await settled(() => store.transaction(() => Promise.resolve()))).toEqual(await settled(transaction));
  expect(counted).toEqual([result]);
});
