import { Readable } from 'node:stream';
import type { Context, Hono } from 'hono';
import {
  FENCE_HEADER,
  HeartbeatRequest,
  LogsRequest,
  OutcomeRequest,
  StartRequest,
  Ulid,
  UploadedRequest,
  UploadRequest,
} from '../../protocol/messages';
import { dispatch } from '../queue/dispatcher';
import { RequestError, validate } from '../errors';
import { authenticateAttempt, authenticatePool } from '../identity/pool-identity';
import type { QueueContext } from '../queue/context';
import { appendLogs, heartbeat, outcome, requireAttempt, start, type Attempted } from '../queue/pod-operations';
import { requireRun } from '../queue/lifecycle';
import { PART_BYTES, type Blobs } from '../blobs';
import { WorkspaceUploads } from './workspace-uploads';
import { bearer, jsonBody, limitJson, refusingApp } from './app';

export interface WorkerRoutesParts {
  readonly context: QueueContext;
  readonly blobs: Blobs;
}

/** The worker protocol below WORKER_PATH: docs/protocol.md. */
export function workerRoutes(parts: WorkerRoutesParts): Hono {
  const { context, blobs } = parts;
  const { store } = context;
  const uploads = new WorkspaceUploads(context, blobs);
  const app = refusingApp(context.logger);
  const runs = '/runs/:run/:attempt';
  app.get(`${runs}/source`, async (c) => {
    const who = await attempted(parts, c);
    await requireAttempt(store.read, who, fenceOf(c));
    const { source } = await requireRun(store.read, who.runId);
    return blobResponse(await blobs.store.read('sources', source));
  });
  app.get(`${runs}/workspace`, async (c) => {
    const who = await attempted(parts, c);
    await requireAttempt(store.read, who, fenceOf(c));
    const { workspace } = await requireRun(store.read, who.runId);
    if (workspace === null) throw new RequestError('not-found', `run ${who.runId} has no workspace`);
    return blobResponse(await blobs.store.read('workspaces', workspace));
  });
  app.put(`${runs}/workspace`, async (c) => {
    const who = await attempted(parts, c);
    const upload = c.req.query('upload');
    const [fence, body] = [fenceOf(c), bodyStream(c)];
    if (upload === undefined) {
      await uploads.whole(who, fence, body);
    } else {
      const [offset, size] = [Number(c.req.query('offset')), Number(c.req.header('Content-Length'))];
      await uploads.part(who, fence, { upload, offset, size, body });
    }
    return c.json({});
  });
  app.post(`${runs}/:operation`, limitJson, async (c) => {
    const who = await attempted(parts, c);
    return c.json(
      await launcherOperation(parts, uploads, who, c.req.param('operation'), await jsonBody(c.req), c.req.raw.signal),
    );
  });
  app.post('/:operation', limitJson, async (c) => {
    const poolId = await poolOf(parts, c);
    const body = await jsonBody(c.req);
    const answer = (await dispatch(context, poolId, c.req.param('operation'), body, c.req.raw.signal)) as object;
    // The pool may have been reset while a long poll was held back.
    await poolOf(parts, c);
    return c.json(answer);
  });
  return app;
}

async function launcherOperation(
  { context }: WorkerRoutesParts,
  uploads: WorkspaceUploads,
  who: Attempted,
  operation: string,
  body: unknown,
  signal: AbortSignal,
): Promise<object> {
  const what = `the request ${operation}`;
  switch (operation) {
    case 'start':
      return { ...(await start(context, who, validate(StartRequest, body, what))), workspacePartBytes: PART_BYTES };
    case 'logs':
      return appendLogs(context, who, validate(LogsRequest, body, what));
    case 'heartbeat':
      return heartbeat(context, who, validate(HeartbeatRequest, body, what), signal);
    case 'upload':
      return uploads.begin(who, validate(UploadRequest, body, what));
    case 'uploaded':
      await uploads.finish(who, validate(UploadedRequest, body, what));
      return {};
    case 'outcome':
      return outcome(context, who, validate(OutcomeRequest, body, what));
    default:
      throw new RequestError('not-found', `there is no operation ${operation.slice(0, 40)} of a run`);
  }
}

async function attempted(parts: WorkerRoutesParts, c: Context): Promise<Attempted> {
  const [runId, attempt] = [c.req.param('run') ?? '', Number(c.req.param('attempt'))];
  if (!Ulid.safeParse(runId).success || !Number.isSafeInteger(attempt) || attempt < 1) {
    throw new RequestError('malformed', 'the path must name a run by its ULID and an attempt by its number');
  }
  const { store, now } = parts.context;
  const jwt = bearer(c.req.header('Authorization'));
  // A start gives out the stack's environment.
  const poolId =
    c.req.param('operation') === 'start'
      ? await authenticatePool(store.read, jwt, now())
      : await authenticateAttempt(store.read, jwt, now(), { runId, attempt });
  return { poolId, runId, attempt };
}

function poolOf({ context }: WorkerRoutesParts, c: Context): Promise<string> {
  return authenticatePool(context.store.read, bearer(c.req.header('Authorization')), context.now());
}

function fenceOf(c: Context): number {
  const fence = Number(c.req.header(FENCE_HEADER));
  if (!Number.isSafeInteger(fence) || fence < 1) {
    throw new RequestError('malformed', `the header ${FENCE_HEADER} must carry the fencing number of the assignment`);
  }
  return fence;
}

export function bodyStream(c: Context): Readable {
  const body = c.req.raw.body;
  return body ? Readable.fromWeb(body) : Readable.from([]);
}

function blobResponse(blob: { size: number; stream: Readable }): Response {
  return new Response(Readable.toWeb(blob.stream) as ReadableStream, {
    headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(blob.size) },
  });
}
