import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { WORKER_PATH } from '../../src/protocol/messages';
import { makePool, makeStack, TestControlPlane, type TestPool } from './support/control-plane';
import { Speaker } from './support/speaking';

/** Longer than any test may take. */
const WAIT_SECONDS = 25;
const LONG_GRACE_SECONDS = 20;
const SOURCE = '/api/v1/stacks/stack/source';
/** Long enough to ask something meanwhile. */
const SHORT_DELAY_SECONDS = 8;

let controlPlane: TestControlPlane;
let pool: TestPool;
let speaker: Speaker;

beforeEach(() => begin(LONG_GRACE_SECONDS));

afterEach(end);

async function begin(shutdownGraceSeconds: number, shutdownDelaySeconds = 0): Promise<void> {
  controlPlane = await TestControlPlane.start({ shutdownGraceSeconds, shutdownDelaySeconds, metricsPort: 0 });
  pool = await makePool(controlPlane);
  speaker = new Speaker(controlPlane);
}

async function end(): Promise<void> {
  await speaker.close();
  await controlPlane.close();
}

const watch = { session: 's', after: 1_000, waitSeconds: WAIT_SECONDS };

/** A source of which the rest comes when it is told to. */
function halfAnUpload() {
  let goOn = () => {};
  const told = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  async function* parts() {
    yield Buffer.from([0x1f, 0x8b, 0x08]);
    await told;
    yield Buffer.from('the rest');
  }
  return { goOn, body: Readable.from(parts()) };
}

describe('a control plane that is told to stop', () => {
  test('answers the long polls that wait, and says that it takes no more on their connections', async () => {
    await speaker.operation(pool, 'sync', { session: 's', workers: [] });
    const waiting = await speaker.begin(`${WORKER_PATH}/watch`, () => speaker.operation(pool, 'watch', watch));
    await controlPlane.close();
    const { statusCode, headers, body } = await waiting.answer;
    expect({ statusCode, connection: headers.connection }).toEqual({ statusCode: 200, connection: 'close' });
    expect(await body.json()).toMatchObject({ workers: [] });
  });

  test('ends the logs that are followed where a line ends', async () => {
    await makeStack(controlPlane, pool.id);
    const run = await controlPlane.admin.createRun({ stack: 'stack' });
    // It has begun to answer.
    const { body } = await speaker.send('GET', `/api/v1/runs/${run.id}/log?follow=1`, { jwt: await speaker.logIn() });
    await controlPlane.close();
    expect(
      (await body.text())
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toContainEqual(expect.objectContaining({ state: 'QUEUED' }));
  });

  test('takes an upload to its end, is not ready meanwhile, and takes no further connection', async () => {
    const jwt = await speaker.logIn();
    const ready = await request(`${controlPlane.metricsUrl}/readyz`);
    expect({ status: ready.statusCode, report: await ready.body.text() }).toEqual({
      status: 200,
      report: expect.stringContaining('ok running'),
    });
    await controlPlane.admin.createStack({ name: 'stack', pool: pool.id, autoDeploy: false });
    const { goOn, body } = halfAnUpload();
    const uploading = await speaker.begin(SOURCE, () => speaker.send('PUT', SOURCE, { jwt, body }));
    const closing = controlPlane.close();
    const [notReady, alive] = await Promise.all(
      ['readyz', 'healthz'].map((path) => request(`${controlPlane.metricsUrl}/${path}`)),
    );
    expect(notReady!.statusCode).toBe(503);
    expect(await notReady!.body.text()).toContain('failed running: the control plane was told to stop\n');
    expect(alive!.statusCode).toBe(200);
    await alive!.body.dump();
    await expect(new Speaker(controlPlane).send('GET', '/healthz')).rejects.toThrow('ECONNREFUSED');
    goOn();
    const answer = await uploading.answer;
    expect({ status: answer.statusCode, connection: answer.headers.connection }).toEqual({
      status: 200,
      connection: 'close',
    });
    expect(await answer.body.json()).toMatchObject({ name: 'stack' });
    await closing;
  });
});

test('one that others take over from is not ready at once, and goes on until they have', async () => {
  await end();
  await begin(SHORT_DELAY_SECONDS * 2, SHORT_DELAY_SECONDS);
  let isClosed = false;
  const closing = controlPlane.close().then(() => (isClosed = true));
  expect((await request(`${controlPlane.metricsUrl}/readyz`)).statusCode).toBe(503);
  await speaker.operation(pool, 'sync', { session: 's', workers: [] });
  const { statusCode } = await new Speaker(controlPlane).send('GET', '/healthz');
  expect({ statusCode, isClosed }).toEqual({ statusCode: 200, isClosed: false });
  await closing;
});

test('an upload that does not end is cut off when the grace time is over', async () => {
  await end();
  await begin(0.3);
  const jwt = await speaker.logIn();
  await controlPlane.admin.createStack({ name: 'stack', pool: pool.id, autoDeploy: false });
  const { body } = halfAnUpload();
  const uploading = await speaker.begin(SOURCE, () => speaker.send('PUT', SOURCE, { jwt, body }));
  const failed = expect(uploading.answer).rejects.toThrow('other side closed');
  await controlPlane.close();
  await failed;
});
