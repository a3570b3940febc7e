import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { makePool, makeStack, TestControlPlane, type TestPool } from './support/control-plane';
import { Speaker } from './support/speaking';

/** Longer than any test may take. */
const WAIT_SECONDS = 25;
const LONG_GRACE_SECONDS = 20;

let controlPlane: TestControlPlane;
let pool: TestPool;
let speaker: Speaker;

beforeEach(() => begin(LONG_GRACE_SECONDS));

afterEach(end);

async function begin(shutdownGraceSeconds: number): Promise<void> {
  controlPlane = await TestControlPlane.start({ shutdownGraceSeconds, metricsPort: 0 });
  pool = await makePool(controlPlane);
  speaker = new Speaker(controlPlane);
}

async function end(): Promise<void> {
  await speaker.close();
  await controlPlane.close();
}

/** Until the control plane has what was sent. */
const arrived = () => sleep(200);

const watch = { session: 's', after: 1_000, waitSeconds: WAIT_SECONDS };

/** A source of which the rest comes when it is told to. */
function halfAnUpload() {
  let goOn = () => {};
  const told = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  async function* parts() {
    yield Buffer.from('half');
    await told;
    yield Buffer.from('the rest');
  }
  return { goOn, body: Readable.from(parts()) };
}

describe('a control plane that is told to stop', () => {
  test('answers the long polls that wait, and says that it takes no more on their connections', async () => {
    await speaker.operation(pool, 'sync', { session: 's', workers: [] });
    const waiting = speaker.operation(pool, 'watch', watch);
    await arrived();
    await controlPlane.close();
    const { statusCode, headers, body } = await waiting;
    expect({ statusCode, connection: headers.connection }).toEqual({ statusCode: 200, connection: 'close' });
    expect(await body.json()).toMatchObject({ workers: [] });
  });

  test('ends the logs that are followed where a line ends', async () => {
    await makeStack(controlPlane, pool.id);
    const run = await controlPlane.admin.createRun({ stack: 'stack' });
    const { body } = await speaker.send('GET', `/api/v1/runs/${run.id}/log?follow=1`, { jwt: await speaker.logIn() });
    await arrived();
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
    const uploading = speaker.send('PUT', '/api/v1/stacks/stack/source', { jwt, body });
    await arrived();
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
    const answer = await uploading;
    expect({ status: answer.statusCode, connection: answer.headers.connection }).toEqual({
      status: 200,
      connection: 'close',
    });
    expect(await answer.body.json()).toMatchObject({ name: 'stack' });
    await closing;
  });
});

test('an upload that does not end is cut off when the grace time is over', async () => {
  await end();
  await begin(0.3);
  const jwt = await speaker.logIn();
  await controlPlane.admin.createStack({ name: 'stack', pool: pool.id, autoDeploy: false });
  const uploading = speaker.send('PUT', '/api/v1/stacks/stack/source', { jwt, body: halfAnUpload().body });
  const failed = expect(uploading).rejects.toThrow('other side closed');
  await arrived();
  await controlPlane.close();
  await failed;
});
