import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Agent, request } from 'undici';
import { OPERATION_BYTES } from '../../../src/control-plane/limits';
import { signPoolJwt } from '../../../src/protocol/auth';
import { CONTROLLER_OPERATIONS, FENCE_HEADER, runPath, type Assignment } from '../../../src/protocol/messages';
import { TestWorker } from '../../cli/support/worker';
import { makePool, makeStack, newWorker, TestControlPlane, type TestPool } from '../support/control-plane';

/*
 * Somebody who has the token and the private key of a pool, and knows everything of a run of another one but its key: run, attempt,
 * fencing number, session and workers.
 */
let controlPlane: TestControlPlane;
let mine: TestPool;
let theirs: TestPool;
let worker: TestWorker;
let assignment: Assignment;
let agent: Agent;

beforeAll(async () => {
  controlPlane = await TestControlPlane.start();
  mine = await makePool(controlPlane, 'mine');
  theirs = await makePool(controlPlane, 'theirs');
  await makeStack(controlPlane, mine.id, 'stack');
  worker = await TestWorker.register(mine);
  await controlPlane.admin.createRun({ stack: 'stack' });
  ({ assignment } = await worker.startAssigned());
  agent = new Agent({ connect: { ca: controlPlane.ca } });
});

afterAll(async () => {
  await agent.destroy();
  await worker.close();
  await controlPlane.close();
});

async function asTheOtherPool(method: 'GET' | 'PUT' | 'POST', path: string, body?: object) {
  const { token, privateKeyPem } = theirs;
  const jwt = await signPoolJwt({ poolId: token.poolId, certificate: token.certificate, privateKeyPem });
  const answer = await request(`${controlPlane.url}${path}`, {
    method,
    dispatcher: agent,
    headers: { authorization: `Bearer ${jwt}`, [FENCE_HEADER]: String(assignment.fence) },
    body: method === 'GET' ? null : JSON.stringify(body ?? {}),
    reset: true,
  });
  return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
}

/** What each operation of a run Pod is asked with, as the Pod of that run would. */
const asked = (): Record<string, ['GET' | 'PUT' | 'POST', object?]> => {
  const { fence } = assignment;
  const entry = { sequence: 1, time: 1, stream: 'stdout', step: '', text: 'forged' };
  const commit = { hash: 'a'.repeat(40), branch: 'main', message: '', author: '', createdAt: 1 };
  const none = { create: 0, update: 0, delete: 0, replace: 0, forget: 0, import: 0, move: 0, resources: 0, drift: 0 };
  return {
    start: ['POST', { fence, podUid: 'forged' }],
    source: ['GET'],
    workspace: ['PUT', {}],
    state: ['GET'],
    lock: ['POST', { fence, lock: { ID: 'forged' } }],
    unlock: ['POST', { fence, id: 'forged' }],
    upload: ['POST', { fence }],
    uploaded: ['POST', { fence, upload: 'forged', size: 1, sha256: 'a'.repeat(64) }],
    logs: ['POST', { fence, writer: 'relay', entries: [entry] }],
    commit: ['POST', { fence, commit }],
    changes: [
      'POST',
      { fence, changes: { counts: { ...none, outputs: 0 }, changes: [], drift: [], outputs: [], isCut: false } },
    ],
    outputs: ['POST', { fence, outputs: [], isCut: false }],
    heartbeat: ['POST', { fence, step: '', waitSeconds: 0 }],
    outcome: ['POST', { fence, reason: 'Succeeded', message: 'forged', exitCode: 0, hasChanges: false }],
    'git/repository/info/refs': ['GET'],
  };
};

const OF_RUNS = [
  ...['start', 'source', 'workspace', 'state', 'lock', 'unlock', 'upload', 'uploaded', 'logs', 'commit', 'changes'],
  ...['outputs', 'heartbeat', 'outcome', 'git/repository/info/refs'],
];

/** What is known of the run and of the workers of its pool: of it nothing may change. */
async function whatIsTheirs(): Promise<unknown> {
  const { admin } = controlPlane;
  const [run, workers] = [await admin.run(assignment.runId), await admin.workers(mine.id)];
  return { run, workers, log: (await admin.readLog(assignment.runId, 0)).map(({ text }) => text) };
}

describe('the key of another pool', () => {
  test.each(OF_RUNS)('opens nothing of a run by %s, and changes nothing', async (operation) => {
    const before = await whatIsTheirs();
    const [method, body] = asked()[operation]!;
    const path = runPath(assignment.runId, assignment.attempt, operation);
    const answer = await asTheOtherPool(
      method,
      `${path}${operation.startsWith('git/') ? '?service=git-upload-pack' : ''}`,
      body,
    );
    expect([operation, answer]).toEqual([
      operation,
      { status: 404, body: expect.objectContaining({ code: 'not-found' }) },
    ]);
    expect(await whatIsTheirs()).toEqual(before);
  });

  test.each(Object.keys(CONTROLLER_OPERATIONS))(
    'finds no worker of the session by %s, and takes none',
    async (operation) => {
      const before = await whatIsTheirs();
      const [{ id: workerId } = { id: '' }] = await controlPlane.admin.workers(mine.id);
      const { runId, attempt, fence } = assignment;
      const bodies: Record<string, object> = {
        register: { workers: [{ ...newWorker(), id: workerId }] },
        sync: { workers: [{ id: workerId, pod: { runId, attempt, stage: 'preparing', fence } }] },
        watch: { after: 0, waitSeconds: 0 },
        retire: { workers: [workerId] },
        report: {
          workerId,
          runId,
          attempt,
          fence,
          report: { kind: 'failed', reason: 'ConfigError', message: 'forged' },
        },
      };
      const answer = await asTheOtherPool('POST', `/worker/v1/${operation}`, {
        session: 'session',
        ...bodies[operation],
      });
      expect(JSON.stringify(answer.body)).not.toContain('fence');
      expect(answer.body).not.toMatchObject({ accepted: true });
      expect(await whatIsTheirs()).toEqual(before);
    },
  );
});

test('all operations of the protocol are in the table', () => {
  const known = [...OF_RUNS.map((name) => name.split('/')[0]), ...Object.keys(CONTROLLER_OPERATIONS)];
  expect(new Set(known)).toEqual(new Set(Object.keys(OPERATION_BYTES).concat('source', 'workspace', 'state', 'git')));
});
