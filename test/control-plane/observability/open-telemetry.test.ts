import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import { TraceReceiver, type SentSpan } from '../../support/trace-receiver';
import { until } from '../../support/until';
import { makePool, makeStack, newWorker, TestControlPlane, type TestPool } from '../support/control-plane';
import { Speaker } from '../support/speaking';

const PARENT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const TRACEPARENT = `00-${PARENT.traceId}-${PARENT.spanId}-01`;

let receiver: TraceReceiver;
let controlPlane: TestControlPlane;
let speaker: Speaker;
let pool: TestPool;

beforeAll(async () => {
  receiver = await TraceReceiver.start();
  Object.assign(process.env, {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_SERVICE_NAME: 'my-pools',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  });
  controlPlane = await TestControlPlane.start({ traces: true, version: '1.2.3' });
  speaker = new Speaker(controlPlane);
  pool = await makePool(controlPlane);
  await makeStack(controlPlane, pool.id);
});

beforeEach(() => {
  receiver.spans.length = 0;
});

afterAll(async () => {
  await speaker?.close();
  await controlPlane?.close();
  await receiver?.stop();
  for (const name of ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_SERVICE_NAME', 'OTEL_BSP_SCHEDULE_DELAY']) {
    delete process.env[name];
  }
});

const named = (name: string, traceId = ''): Promise<SentSpan> =>
  until(
    () => receiver.spans.find((span) => span.name === name && span.traceId.includes(traceId)),
    `a span ${name} comes`,
  );

test('a request, its operation and the transactions of that are spans of one trace, which the caller may have begun', async () => {
  const body = { session: 's', workers: [newWorker()] };
  await (await speaker.operation(pool, 'register', body, { traceparent: TRACEPARENT })).body.dump();
  const request = await named('POST /worker/v1/:operation', PARENT.traceId);
  const operation = await named('register', PARENT.traceId);
  const transaction = await named('transaction', PARENT.traceId);
  expect(request).toMatchObject({ traceId: PARENT.traceId, parentSpanId: PARENT.spanId, kind: 2 });
  expect(request.attributes).toEqual({
    'http.request.method': 'POST',
    'http.route': '/worker/v1/:operation',
    'http.response.status_code': 200,
  });
  expect(operation).toMatchObject({ traceId: PARENT.traceId, parentSpanId: request.spanId });
  expect(operation.attributes).toEqual({ 'worker_pools.pool.id': pool.id });
  expect(transaction).toMatchObject({ traceId: PARENT.traceId, parentSpanId: operation.spanId });
  expect(request.resource).toMatchObject({ 'service.name': 'my-pools', 'service.version': '1.2.3' });
});

test('a request that no caller traces begins a trace, and one that is refused says why by its code alone', async () => {
  await (await speaker.operation(pool, 'register', { session: 's', workers: 'none' })).body.dump();
  const request = await named('POST /worker/v1/:operation');
  expect(request.parentSpanId ?? '').toBe('');
  expect(request.attributes['http.response.status_code']).toBe(400);
  expect((await named('register')).attributes).toEqual({ 'worker_pools.pool.id': pool.id, 'error.type': 'malformed' });
});

test('nothing that a caller wrote gets into a span: no path, query, header, body or variable', async () => {
  const secrets = ['secret-path', 'secret-query', 'secret-header', 'secret-body', 'secret-variable', 'secret-source'];
  const jwt = await speaker.logIn();
  await controlPlane.admin.updateStack('stack', { environment: { TOKEN: 'secret-variable' } });
  await controlPlane.admin.uploadSource('stack', Readable.from([Buffer.from('secret-source')]));
  const query = `query secret_body { stack(id: "secret-body") { id } }`;
  await speaker.ask(query.replace('secret_body', 'secretBody'), { secret: 'secret-body' }, jwt);
  const answer = await speaker.send('GET', '/secret-path/x?token=secret-query', { jwt: 'secret-header' });
  await answer.body.dump();
  await (await speaker.operation(pool, 'secret-path', {})).body.dump();
  await named('POST /graphql');
  await until(() => receiver.spans.filter(({ name }) => name.startsWith('GET')).length > 0, 'the unknown path is told');
  const all = JSON.stringify(receiver.bodies);
  for (const secret of [...secrets, jwt, pool.privateKeyPem.split('\n')[1]!, controlPlane.apiKey.secret]) {
    expect(all).not.toContain(secret);
  }
  expect(all).not.toMatch(/authorization|bearer/i);
});

test('what is not sent yet is sent when the control plane ends', async () => {
  process.env.OTEL_BSP_SCHEDULE_DELAY = '3600000';
  const short = await TestControlPlane.start({ traces: true });
  const caller = new Speaker(short);
  await (await caller.send('GET', '/healthz')).body.dump();
  await (await caller.send('GET', '/pki/crl.pem')).body.dump();
  await caller.close();
  await short.close();
  expect(receiver.spans.map(({ name }) => name)).toContain('GET /pki/crl.pem');
});

test.each([
  ['they are off', { traces: false }, {}],
  ['OTEL_SDK_DISABLED says so', { traces: true }, { OTEL_SDK_DISABLED: 'true' }],
  ['nothing is sampled', { traces: true }, { OTEL_TRACES_SAMPLER: 'always_off' }],
])('no trace is sent where %s', async (_, options, variables) => {
  Object.assign(process.env, variables);
  try {
    const silent = await TestControlPlane.start(options);
    const caller = new Speaker(silent);
    await (await caller.send('GET', '/pki/crl.pem')).body.dump();
    await caller.close();
    await silent.close();
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
  }
  expect(receiver.spans).toEqual([]);
});

test('a receiver that is not there keeps nobody from being answered', async () => {
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:1';
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '500';
  try {
    const alone = await TestControlPlane.start({ traces: true });
    const caller = new Speaker(alone);
    const { statusCode, body } = await caller.send('GET', '/pki/crl.pem');
    await body.dump();
    await caller.close();
    await alone.close();
    expect(statusCode).toBe(200);
  } finally {
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.url;
    delete process.env.OTEL_EXPORTER_OTLP_TIMEOUT;
  }
});
