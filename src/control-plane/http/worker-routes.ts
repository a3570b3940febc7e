import type { Context, Hono } from 'hono';
import {
  ChangesRequest,
  CommitRequest,
  CONTROLLER_OPERATIONS,
  FENCE_HEADER,
  HeartbeatRequest,
  LockRequest,
  LogsRequest,
  OutcomeRequest,
  OutputsRequest,
  StartRequest,
  UnlockRequest,
  UploadedRequest,
  UploadRequest,
  type WorkerViews,
} from '../../protocol/messages';
import { bodyStream, type Admission } from '../admission';
import { TokenBuckets } from '../admission/token-buckets';
import { PART_BYTES, type Blobs } from '../blobs';
import { RequestError, validate } from '../errors';
import type { ProofChecks } from '../identity/proof-checks';
import { jsonInSlices } from '../json-slices';
import { LIMIT, LOG_BURST_BYTES } from '../limits';
import type { QueueContext } from '../queue/context';
import { dispatch } from '../queue/dispatcher';
import { requireRun } from '../queue/lifecycle';
import { keepOutputs } from '../queue/outputs';
import { keepCommit } from '../queue/commits';
import { keepChanges } from '../queue/plan-changes';
import { appendLogs, heartbeat, outcome, requireAttempt, type Attempted } from '../queue/pod-operations';
import { start } from '../queue/pod-start';
import type { States } from '../state/states';
import { PodStates } from '../state/pod-states';
import type { VcsGateway } from '../vcs-agents';
import { refusingApp } from './app';
import { blobResponse } from './blob-response';
import { askThroughAgents } from './git-route';
import { PoolCallers, type Operation } from './pool-callers';
import { WorkspaceUploads } from './workspace-uploads';

export interface WorkerRoutesParts {
  readonly context: QueueContext;
  readonly blobs: Blobs;
  readonly states: States;
  readonly admission: Admission;
  readonly proofs: ProofChecks;
  readonly gateway: VcsGateway;
}

/** The worker protocol below WORKER_PATH: docs/protocol.md. */
export function workerRoutes(parts: WorkerRoutesParts): Hono {
  const { context, blobs } = parts;
  const { store } = context;
  const callers = new PoolCallers(context, parts.admission, parts.proofs);
  const states = new PodStates(context, parts.states);
  const carryOut = podOperations(parts, new WorkspaceUploads(context, blobs), states);
  const app = refusingApp(context.logger);
  const runs = '/runs/:run/:attempt';
  app.get(`${runs}/source`, (c) =>
    callers.asAttempt(c, 'source', async (who) => {
      await requireAttempt(store.read, who, fenceOf(c));
      const { source } = await requireRun(store.read, who.runId);
      return blobResponse(c, await blobs.store.read('sources', source));
    }),
  );
  app.get(`${runs}/workspace`, (c) =>
    callers.asAttempt(c, 'workspace', async (who) => {
      await requireAttempt(store.read, who, fenceOf(c));
      const { workspace } = await requireRun(store.read, who.runId);
      if (workspace === null) throw new RequestError('not-found', `run ${who.runId} has no workspace`);
      return blobResponse(c, await blobs.store.read('workspaces', workspace));
    }),
  );
  app.put(`${runs}/workspace`, (c) => callers.asAttempt(c, 'workspace', (who) => carryOut.put(c, who)));
  app.get(`${runs}/state`, (c) =>
    callers.asAttempt(c, 'state', async (who) => {
      const state = await states.read(who, fenceOf(c));
      return state ? blobResponse(c, { size: state.version.bytes, stream: state.content }) : c.body(null, 204);
    }),
  );
  app.put(`${runs}/state`, (c) =>
    callers.asAttempt(c, 'state', async (who) => {
      await states.write(who, fenceOf(c), c.req.query('lock'), bodyStream(c));
      return c.json({});
    }),
  );
  app.on(['GET', 'POST'], `${runs}/git/*`, (c) =>
    callers.asAttempt(c, 'git', (who) => askThroughAgents(c, who, fenceOf(c), parts)),
  );
  app.post(`${runs}/:operation`, async (c) => {
    const operation = c.req.param('operation');
    if (!isOneOf(POD_OPERATIONS, operation)) {
      await callers.attempt(c);
      throw new RequestError('not-found', `there is no operation ${operation.slice(0, 40)} of a run`);
    }
    return callers.asAttempt(c, operation, async (who) => {
      const asked = { poolId: who.poolId, operation, waits: operation === 'heartbeat' };
      const answer = (body: unknown) => carryOut.post(who, operation, body, c.req.raw.signal);
      return c.json(await callers.answer(c, asked, answer));
    });
  });
  app.post('/:operation', async (c) => {
    const operation = c.req.param('operation');
    const poolId = await callers.pool(c);
    const known = Object.keys(CONTROLLER_OPERATIONS) as (keyof typeof CONTROLLER_OPERATIONS)[];
    if (!isOneOf(known, operation)) {
      const all = known.join(', ');
      throw new RequestError('not-found', `there is no operation ${operation.slice(0, 40)}: the operations are ${all}`);
    }
    const waits = operation === 'watch';
    const answer = await callers.answer(c, { poolId, operation, waits }, (body) => {
      const work = () => dispatch(context, poolId, operation, body, c.req.raw.signal) as Promise<object>;
      return waits ? callers.watching(poolId, body, work) : work();
    });
    // The pool may have been reset while a long poll was held back. One that brings nothing tells nobody anything.
    if (waits && (answer as WorkerViews).workers.length > 0) await callers.pool(c);
    return c.body(await jsonInSlices(answer), 200, { 'Content-Type': 'application/json' });
  });
  return app;
}

const POD_OPERATIONS = [
  'start',
  'logs',
  'heartbeat',
  'upload',
  'uploaded',
  'lock',
  'unlock',
  'commit',
  'changes',
  'outputs',
  'outcome',
] as const satisfies Operation[];
type PodOperation = (typeof POD_OPERATIONS)[number];

function isOneOf<T extends string>(known: readonly T[], name: string): name is T {
  return known.includes(name as T);
}

/** What a run Pod asks. */
function podOperations({ context }: WorkerRoutesParts, uploads: WorkspaceUploads, states: PodStates) {
  const logBytes = new TokenBuckets({ burst: LOG_BURST_BYTES, perSecond: LIMIT.poolLogBytes });
  return {
    async put(c: Context, who: Attempted): Promise<Response> {
      const upload = c.req.query('upload');
      const [fence, body] = [fenceOf(c), bodyStream(c)];
      if (upload === undefined) {
        await uploads.whole(who, fence, body);
      } else {
        const [offset, size] = [Number(c.req.query('offset')), Number(c.req.header('Content-Length'))];
        await uploads.part(who, fence, { upload, offset, size, body });
      }
      return c.json({});
    },

    post(who: Attempted, operation: PodOperation, body: unknown, signal: AbortSignal): Promise<object> {
      const attributes = {
        'worker_pools.pool.id': who.poolId,
        'worker_pools.run.id': who.runId,
        'worker_pools.run.attempt': who.attempt,
      };
      return context.tracing.span(operation, attributes, () => this.carryOut(who, operation, body, signal));
    },

    async carryOut(who: Attempted, operation: PodOperation, body: unknown, signal: AbortSignal): Promise<object> {
      const what = `the request ${operation}`;
      switch (operation) {
        case 'start':
          return { ...(await start(context, who, validate(StartRequest, body, what))), workspacePartBytes: PART_BYTES };
        case 'logs': {
          const request = validate(LogsRequest, body, what);
          requireLogBytes(logBytes, who.poolId, request);
          return appendLogs(context, who, request);
        }
        case 'heartbeat':
          return heartbeat(context, who, validate(HeartbeatRequest, body, what), signal);
        case 'upload':
          return uploads.begin(who, validate(UploadRequest, body, what));
        case 'uploaded':
          await uploads.finish(who, validate(UploadedRequest, body, what));
          return {};
        case 'lock':
          return states.lock(who, validate(LockRequest, body, what));
        case 'unlock':
          return states.unlock(who, validate(UnlockRequest, body, what));
        case 'commit':
          await keepCommit(context, who, validate(CommitRequest, body, what));
          return {};
        case 'changes':
          await keepChanges(context, who, validate(ChangesRequest, body, what));
          return {};
        case 'outputs':
          await keepOutputs(context, who, validate(OutputsRequest, body, what));
          return {};
        case 'outcome':
          return outcome(context, who, validate(OutcomeRequest, body, what));
      }
    },
  };
}

function fenceOf(c: Context): number {
  const fence = Number(c.req.header(FENCE_HEADER));
  if (!Number.isSafeInteger(fence) || fence < 1) {
    throw new RequestError('malformed', `the header ${FENCE_HEADER} must carry the fencing number of the assignment`);
  }
  return fence;
}

/** @throws RequestError `too-many-requests` */
function requireLogBytes(logBytes: TokenBuckets, poolId: string, { entries }: LogsRequest): void {
  const waitMs = logBytes.take(
    poolId,
    entries.reduce((sum, { text }) => sum + text.length, 0),
  );
  if (waitMs === 0) return;
  const seconds = Math.ceil(waitMs / 1000);
  const message = `the runs of the pool write more log than is taken: try again in ${seconds} s`;
  throw new RequestError('too-many-requests', message, seconds);
}
