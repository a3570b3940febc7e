import { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Blobs } from '../../../src/control-plane/blobs';
import { PART_BYTES } from '../../../src/control-plane/blobs/blob-store';
import { HTTP_STATUS, RequestError, validate } from '../../../src/control-plane/errors';
import { WorkspaceUploads } from '../../../src/control-plane/http/workspace-uploads';
import { authenticateAttempt, authenticatePool } from '../../../src/control-plane/identity/pool-identity';
import type { ProofCheck } from '../../../src/control-plane/identity/proof-checks';
import type { QueueContext } from '../../../src/control-plane/queue/context';
import { dispatch } from '../../../src/control-plane/queue/dispatcher';
import { requireRun } from '../../../src/control-plane/queue/lifecycle';
import {
  appendLogs,
  heartbeat,
  outcome,
  requireAttempt,
  type Attempted,
} from '../../../src/control-plane/queue/pod-operations';
import { start } from '../../../src/control-plane/queue/pod-start';
import {
  FENCE_HEADER,
  HeartbeatRequest,
  LogsRequest,
  OutcomeRequest,
  StartRequest,
  UploadedRequest,
  UploadRequest,
  WORKER_PATH,
} from '../../../src/protocol/messages';
import type { ServedRequest } from './network';
import type { Acknowledged } from './observers';

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

const ATTEMPT = new RegExp(`^${WORKER_PATH}/runs/([^/]+)/(\\d+)/([a-z]+)`);
const OPERATION = new RegExp(`^${WORKER_PATH}/([a-z]+)$`);

/** The worker protocol as the control plane's routes answer it, without its HTTP server. */
export class Routes {
  private readonly uploads: WorkspaceUploads;

  constructor(
    private readonly context: QueueContext,
    blobs: Blobs,
    private readonly onLogs: (entries: readonly Acknowledged[]) => void,
  ) {
    this.uploads = new WorkspaceUploads(context, blobs);
  }

  /** Never rejects. */
  async answer(request: ServedRequest): Promise<Answered> {
    try {
      return { status: 200, body: await this.carryOut(request) };
    } catch (error) {
      if (!(error instanceof RequestError)) {
        this.context.logger.error({ err: error }, 'request failed');
        return { status: 500, body: { code: 'internal', message: 'the control plane failed at this request' } };
      }
      const { code, message, retryAfterSeconds } = error;
      const body = { code, message, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
      return { status: HTTP_STATUS[code], body };
    }
  }

  private async carryOut(request: ServedRequest): Promise<unknown> {
    const { context } = this;
    const { store, now } = context;
    const jwt = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const check = unsignedProofs(now());
    const [, runId, attempt, operation = ''] = ATTEMPT.exec(request.path) ?? [];
    if (runId === undefined) {
      const poolId = await authenticatePool(store.read, jwt, now(), check);
      const name = OPERATION.exec(request.path)?.[1] ?? '';
      const answer = await dispatch(context, poolId, name, parsed(request), request.signal);
      // As the route does: the pool may have been reset meanwhile.
      if (name === 'watch' && (answer as { workers: unknown[] }).workers.length > 0)
        await authenticatePool(store.read, jwt, now(), unsignedProofs(now()));
      return answer;
    }
    const known = { runId, attempt: Number(attempt) };
    const poolId =
      operation === 'start'
        ? await authenticatePool(store.read, jwt, now(), check)
        : await authenticateAttempt(store.read, jwt, now(), known, check);
    return this.ofPod({ poolId, ...known }, operation, request);
  }

  private async logs(who: Attempted, request: z.infer<typeof LogsRequest>) {
    const answer = await appendLogs(this.context, who, request);
    const taken = request.entries.filter(({ sequence }) => sequence <= answer.acknowledged);
    const { runId, attempt } = who;
    this.onLogs(taken.map(({ sequence, text }) => ({ runId, attempt, writer: request.writer, sequence, text })));
    return answer;
  }

  private async ofPod(who: Attempted, operation: string, request: ServedRequest): Promise<unknown> {
    const { context, uploads } = this;
    const fence = Number(request.headers[FENCE_HEADER]);
    switch (`${request.method} ${operation}`) {
      case 'POST start':
        return {
          ...(await start(context, who, validate(StartRequest, parsed(request), 'start'))),
          workspacePartBytes: PART_BYTES,
        };
      case 'POST logs':
        return this.logs(who, validate(LogsRequest, parsed(request), 'logs'));
      case 'POST heartbeat':
        return heartbeat(context, who, validate(HeartbeatRequest, parsed(request), 'heartbeat'), request.signal);
      case 'POST outcome':
        return outcome(context, who, validate(OutcomeRequest, parsed(request), 'outcome'));
      case 'POST upload':
        return uploads.begin(who, validate(UploadRequest, parsed(request), 'upload'));
      case 'POST uploaded':
        await uploads.finish(who, validate(UploadedRequest, parsed(request), 'uploaded'));
        return {};
      case 'PUT workspace': {
        const url = new URL(request.path, 'http://control-plane.example');
        const body = request.body as Buffer;
        const [upload, offset] = [url.searchParams.get('upload') ?? '', Number(url.searchParams.get('offset'))];
        await uploads.part(who, fence, { upload, offset, size: body.length, body: Readable.from([body]) });
        return {};
      }
      case 'GET source':
      case 'GET workspace':
        await requireAttempt(context.store.read, who, fence);
        if (operation === 'workspace' && (await requireRun(context.store.read, who.runId)).workspace === null)
          throw new RequestError('not-found', `run ${who.runId} has no workspace`);
        return {};
      default:
        throw new RequestError('not-found', `there is no operation ${operation} of a run`);
    }
  }
}

/** The same object may be answered to twice: nobody is to change what another one reads. */
const parsed = ({ body }: ServedRequest): unknown => JSON.parse(String(body)) as unknown;

const TOLERANCE_MS = 60_000;

interface Claims {
  readonly iss: string;
  readonly iat: number;
  readonly exp: number;
}

/** Everything about a proof but its signature, which nobody made. */
function unsignedProofs(now: number): ProofCheck {
  const known = (jwt: string) => {
    const [header, claims] = jwt.split('.', 2).map((part) => parsedPart(part));
    const { iss, iat, exp } = claims as Claims;
    if (iat * 1000 > now + TOLERANCE_MS) return undefined;
    return { poolId: iss, kid: (header as { kid: string }).kid, endsAt: exp * 1000 + TOLERANCE_MS };
  };
  const verify = () =>
    Promise.reject(Object.assign(new Error('too old, or of the future'), { code: 'ERR_JWT_EXPIRED' }));
  const verified = { known, verify } as unknown as ProofCheck['verified'];
  return { verified, attempt: async (_poolId, prove) => prove() };
}

const parsedPart = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown;
