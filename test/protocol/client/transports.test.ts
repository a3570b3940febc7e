import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connectMqtt, connectPoll, type Connect, type ConnectOptions } from '../../../src/protocol/client';
import type { ControlPlaneSession, SessionStatus } from '../../../src/protocol/session';
import type { WorkerView } from '../../../src/protocol/messages';
import { parseToken } from '../../../src/protocol/token';
import { systemClock } from '../../../src/time';
import {
  makePool,
  makeStack,
  newWorker,
  TestControlPlane,
  type TestPool,
} from '../../control-plane/support/control-plane';
import { until } from '../../support/until';
import { makeKey } from '../../control-plane/support/credentials';
import { TestPod } from '../../control-plane/support/pod';

interface Watched {
  readonly session: ControlPlaneSession;
  readonly views: Map<string, WorkerView>;
  readonly statuses: SessionStatus[];
}

const transports: [string, Connect][] = [
  ['HTTP long poll', connectPoll],
  ['MQTT', connectMqtt],
];

describe.each(transports)('the worker protocol over %s', (name, connect) => {
  let controlPlane: TestControlPlane;
  let pool: TestPool;
  let open: Watched[];
  /** What the control plane's clock is ahead of this process's. */
  let aheadMs: number;

  beforeEach(async () => {
    open = [];
    aheadMs = 0;
    controlPlane = await TestControlPlane.start({ now: () => Date.now() + aheadMs });
    pool = await makePool(controlPlane);
  });

  afterEach(async () => {
    await Promise.all(open.map(({ session }) => session.close()));
    await controlPlane.close();
  });

  function join(options: Partial<ConnectOptions> = {}): Watched {
    const views = new Map<string, WorkerView>();
    const statuses: SessionStatus[] = [];
    const session = connect(
      {
        token: pool.token,
        privateKeyPem: pool.privateKeyPem,
        session: 'session-1',
        userAgent: 'test/1',
        backoff: { firstMs: 5, longestMs: 20 },
        waitSeconds: 1,
        ...options,
      },
      {
        onView: (view) => void views.set(view.id, view),
        onStatus: (status) => void statuses.push(status),
      },
    );
    const watched = { session, views, statuses };
    open.push(watched);
    return watched;
  }

  const connected = ({ session }: Watched) => until(() => session.status.state === 'connected', 'the session connects');
  async function joined(options: Partial<ConnectOptions> = {}): Promise<Watched> {
    const watched = join(options);
    await connected(watched);
    return watched;
  }

  /** A session with a worker. */
  async function working(options: Partial<ConnectOptions> = {}) {
    const watched = await joined(options);
    const worker = newWorker();
    await watched.session.register({ workers: [worker] });
    return { watched, worker };
  }

  const failure = (watched: Watched, cause: string) =>
    until(
      () => watched.statuses.find((status) => status.state === 'failed' && status.cause === cause),
      `the session fails as ${cause}: ${JSON.stringify(watched.statuses)}`,
    );

  test('a session connects and says so', async () => {
    const watched = await joined();
    expect(watched.statuses).toEqual([{ state: 'connected', since: expect.any(Number) }]);
  });

  test('registering twice is the same as once', async () => {
    const watched = await joined();
    const { session } = watched;
    const worker = newWorker();
    await session.register({ workers: [worker] });
    const again = await session.register({ workers: [worker] });
    expect(again.workers).toMatchObject([{ id: worker.id, assignment: null, drained: false, removed: false }]);
    expect(await controlPlane.admin.workers(pool.id)).toHaveLength(1);
  });

  test('a run that is triggered reaches the worker as a view', async () => {
    const { watched, worker } = await working();
    await makeStack(controlPlane, pool.id);
    const run = await controlPlane.admin.createRun({ stack: 'stack' });
    const view = await until(() => watched.views.get(worker.id)?.assignment && watched.views.get(worker.id), 'a view');
    expect(view.assignment).toMatchObject({
      runId: run.id,
      stage: 'preparing',
      attempt: 1,
      started: false,
      stop: null,
      launcherImage: 'example/launcher:1',
    });
  });

  test('views of another session of the pool do not arrive', async () => {
    const [mine, other] = await Promise.all([joined(), joined({ session: 'session-2' })]);
    const [own, foreign] = [newWorker(), newWorker()];
    await mine.session.register({ workers: [own] });
    await other.session.register({ workers: [foreign] });
    await controlPlane.admin.setDrained(pool.id, foreign.id, true);
    await controlPlane.admin.setDrained(pool.id, own.id, true);
    await until(() => mine.views.get(own.id)?.drained, 'the own view arrives');
    await until(() => other.views.get(foreign.id)?.drained, 'the other session gets its view');
    expect([...mine.views.keys()]).toEqual([own.id]);
  });

  test('a whole run is reported, released, and its worker retired', async () => {
    const { watched, worker } = await working();
    await makeStack(controlPlane, pool.id);
    const run = await controlPlane.admin.createRun({ stack: 'stack', type: 'PROPOSED' });
    const assignment = await until(() => watched.views.get(worker.id)?.assignment, 'an assignment');
    const about = { workerId: worker.id, runId: run.id, attempt: assignment.attempt, fence: assignment.fence };
    await watched.session.report({ ...about, report: { kind: 'created', podName: 'the-pod' } });
    expect((await watched.session.retire({ workers: [worker.id] })).results).toEqual([
      { id: worker.id, retired: false },
    ]);
    const pod = new TestPod(pool, assignment);
    await pod.start();
    await pod.outcome('Succeeded');
    await pod.close();
    expect(await watched.session.report({ ...about, report: { kind: 'released' } })).toEqual({
      accepted: true,
      relayHeard: false,
    });
    expect((await watched.session.retire({ workers: [worker.id] })).results).toEqual([
      { id: worker.id, retired: true },
    ]);
    await until(() => watched.views.get(worker.id)?.removed, 'the view says removed');
    expect((await controlPlane.admin.run(run.id))?.state).toBe('FINISHED');
  });

  test('sync names the workers that are not known and retires those not listed', async () => {
    const watched = await joined();
    const [kept, lost, unknown] = [newWorker(), newWorker(), newWorker()];
    await watched.session.register({ workers: [kept, lost] });
    const answer = await watched.session.sync({
      workers: [
        { id: kept.id, pod: null },
        { id: unknown.id, pod: null },
      ],
    });
    expect(answer.unknown).toEqual([unknown.id]);
    expect((await controlPlane.admin.workers(pool.id)).map((worker) => worker.id)).toEqual([kept.id]);
    expect(answer.workers.find((view) => view.id === lost.id)?.removed).toBe(true);
  });

  test('a session survives a restart of the control plane and hears what it missed', async () => {
    const { watched, worker } = await working();
    await makeStack(controlPlane, pool.id);
    await controlPlane.restart(() => failure(watched, 'unreachable'));
    const run = await controlPlane.admin.createRun({ stack: 'stack' });
    const view = await until(() => watched.views.get(worker.id)?.assignment, 'the assignment arrives');
    expect(view.runId).toBe(run.id);
    expect(watched.statuses.map((status) => status.state).at(-1)).toBe('connected');
  });

  test.each([
    [
      'nothing listens',
      () => ({ endpoint: name === 'MQTT' ? 'mqtts://127.0.0.1:1' : 'https://127.0.0.1:1' }),
      'unreachable',
    ],
    ['the authority is another', () => ({ token: { ...pool.token, ca: pool.token.certificate } }), 'certificate'],
    [
      'the address is not in the certificate',
      () => ({
        endpoint: (name === 'MQTT' ? controlPlane.mqttUrl : controlPlane.url).replace('127.0.0.1', '127.0.0.2'),
      }),
      'unreachable',
    ],
  ])('when %s the session says so and names the address', async (_, options, cause) => {
    const watched = join(options());
    const status = await failure(watched, cause);
    expect(status.state === 'failed' && status.message).toMatch(/127\.0\.0\./);
  });

  test('credentials with another key are rejected, and the key is not in the message', async () => {
    const other = await makeKey();
    const status = await failure(join({ privateKeyPem: other.privateKeyPem }), 'rejected');
    expect(JSON.stringify(status)).not.toContain('PRIVATE');
  });

  test('a session whose clock was set back makes a new proof when the one it has is refused', async () => {
    let localMs = 0;
    const watched = await joined({ clock: { ...systemClock, now: () => Date.now() + localMs } });
    // Expired for the control plane, and fresh for a cluster whose clock was set back by three minutes.
    aheadMs = 365_000;
    localMs = 180_000;
    await controlPlane.restart();
    await failure(watched, 'rejected');
    await connected(watched);
  });

  test('a deleted pool is rejected, also when it was connected', async () => {
    const watched = await joined();
    await controlPlane.admin.deletePool(pool.id);
    await failure(watched, 'rejected');
  });

  test('a pool that was reset takes the new credentials and refuses the old', async () => {
    const key = await makeKey();
    const old = await joined();
    const { config } = await controlPlane.admin.resetPool(pool.id, key.csr);
    await failure(old, 'rejected');
    await joined({ token: parseToken(config), privateKeyPem: key.privateKeyPem });
  });

  test.each(['RSA', 'Ed25519'] as const)('a pool with an %s key connects', async (kind) => {
    const other = await makePool(controlPlane, 'other', kind);
    await joined({ token: other.token, privateKeyPem: other.privateKeyPem });
  });

  test('a malformed operation is refused whole, with a sentence', async () => {
    const watched = await joined();
    const workers = [newWorker(), { ...newWorker(), id: 'no-ulid' }];
    await expect(watched.session.register({ workers })).rejects.toMatchObject({
      name: 'ProtocolError',
      kind: 'protocol',
      message: expect.stringContaining('workers.1.id: must be an upper-case ULID'),
    });
    expect(await controlPlane.admin.workers(pool.id)).toEqual([]);
  });

  test('a session of a former leader changes nothing, and says why', async () => {
    const { watched: former, worker } = await working({ leadership: { held: true, term: 1 } });
    const present = await joined({ leadership: { held: true, term: 2 } });
    await expect(former.session.sync({ workers: [] })).rejects.toMatchObject({ kind: 'superseded', retryable: true });
    expect(await controlPlane.admin.workers(pool.id)).toMatchObject([{ id: worker.id }]);
    const status = await failure(former, 'protocol');
    expect(status.state === 'failed' && status.message).toContain('another controller leads now');
    expect(present.session.status.state).toBe('connected');
  });

  test('a session sends nothing that changes something while its leadership is not held', async () => {
    const leadership = { held: true, term: 1 };
    const watched = await joined({ leadership });
    const workers = [newWorker()];
    leadership.held = false;
    await expect(watched.session.register({ workers })).rejects.toMatchObject({ kind: 'superseded' });
    expect(await controlPlane.admin.workers(pool.id)).toEqual([]);
    leadership.held = true;
    await watched.session.register({ workers });
    expect(await controlPlane.admin.workers(pool.id)).toHaveLength(1);
  });

  test('a closed session rejects and is silent', async () => {
    const watched = await joined();
    await watched.session.close();
    await expect(watched.session.register({ workers: [] })).rejects.toThrow('closed');
    expect(watched.statuses).toHaveLength(1);
  });
});
