import { Refusal } from '../../protocol/messages';
import { MqttRequest, type MqttReply } from '../../protocol/mqtt-topics';
import { JsonMeter, textOf } from '../admission/json-meter';
import { RequestError, validate } from '../errors';
import { OPERATION_BYTES } from '../limits';
import { isGoodProof, provePool, type PoolProof } from '../identity/pool-identity';
import type { ProofCheck } from '../identity/proof-checks';
import type { QueueContext } from '../queue/context';
import { dispatch } from '../queue/dispatcher';
import { BROKER_LIMITS } from './limits';

/** `op`, `id` and what JSON has between them. */
const AROUND_BYTES = 256;

/** A request as it came, from whichever broker. */
export interface IncomingRequest {
  readonly poolId: string;
  readonly session: string;
  readonly payload: Buffer;
  /** A JWT of the pool that came with the request. */
  readonly jwt: string | undefined;
  /** What was proved before, over the same connection. */
  readonly proof: PoolProof | undefined;
  /** How a JWT that comes anew is checked. */
  readonly check: ProofCheck;
  readonly signal: AbortSignal;
}

export interface Answer {
  /** Absent when the request is too broken to be answered. */
  readonly reply?: MqttReply;
  /** What the request proved, or had proved before; absent when that is good no longer. */
  readonly proof?: PoolProof;
}

/** Carries out a request and says what to reply. Never throws. */
export async function answerRequest(context: QueueContext, request: IncomingRequest): Promise<Answer> {
  let id: string | undefined;
  let proof: PoolProof | undefined;
  try {
    proof = await proved(context, request);
  } catch (error) {
    // To be told that, the program needs the id; for that alone nothing large is read.
    const small = request.payload.length <= BROKER_LIMITS.largeRequestBytes;
    const parsed = MqttRequest.safeParse(small ? jsonOrUndefined(request.payload) : undefined);
    return parsed.success ? { reply: { id: parsed.data.id, refusal: refusalOf(context, error) } } : {};
  }
  try {
    const { op, body, ...rest } = validate(MqttRequest, parseJson(request.payload), 'the MQTT request');
    id = rest.id;
    requireSize(op, request.payload);
    if (body.session !== request.session) {
      throw new RequestError('malformed', 'the session of the body is not the session of the topic');
    }
    if (op === 'watch' && body.waitSeconds !== 0) {
      throw new RequestError(
        'malformed',
        'over MQTT a watch does not wait, as views are pushed: waitSeconds must be 0',
      );
    }
    return { reply: { id, body: await dispatch(context, request.poolId, op, body, request.signal) }, proof };
  } catch (error) {
    if (id !== undefined) return { reply: { id, refusal: refusalOf(context, error) }, proof };
    context.logger.warn({ pool: request.poolId }, 'malformed MQTT request');
    return { proof };
  }
}

/** How a request ended, for those who count: `ok`, or why it was refused. */
export const codeOf = (reply: MqttReply | undefined): string => reply?.refusal?.code ?? (reply ? 'ok' : 'malformed');

/** The same as over HTTP, what is around the body left aside. @throws RequestError `too-large` */
function requireSize(operation: string, payload: Buffer): void {
  const most = Object.hasOwn(OPERATION_BYTES, operation)
    ? OPERATION_BYTES[operation as keyof typeof OPERATION_BYTES]
    : 0;
  if (most > 0 && payload.length > most + AROUND_BYTES) {
    throw new RequestError('too-large', `the body of ${operation} is larger than ${most} bytes`);
  }
}

async function proved(context: QueueContext, request: IncomingRequest): Promise<PoolProof> {
  const { poolId, jwt, proof, check } = request;
  const { store, now } = context;
  if (proof && (jwt === undefined || jwt === proof.jwt) && (await isGoodProof(store.read, proof, now()))) return proof;
  const made = await provePool(store.read, jwt ?? proof?.jwt, now(), check);
  if (made.poolId === poolId) return made;
  throw new RequestError('unauthorized', 'unauthorized: the token is of another pool than the topic');
}

function refusalOf(context: QueueContext, error: unknown): MqttReply['refusal'] {
  if (error instanceof RequestError) {
    const { code, message, retryAfterSeconds, cause } = error;
    if (cause) context.logger.error({ err: cause }, 'MQTT request failed');
    return {
      code: Refusal.shape.code.parse(code),
      message,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    };
  }
  context.logger.error({ err: error }, 'MQTT request failed');
  return { code: 'internal', message: 'the control plane failed at this request: its log says why' };
}

function parseJson(payload: Buffer): unknown {
  new JsonMeter().add(payload);
  const text = textOf(payload);
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestError('malformed', 'the payload is not JSON');
  }
}

function jsonOrUndefined(payload: Buffer): unknown {
  try {
    return parseJson(payload);
  } catch {
    return undefined;
  }
}
