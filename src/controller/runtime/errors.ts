import { pauseAsked } from '../../time';

interface KubeErrorDetails {
  name?: string;
  kind?: string;
  causes?: { reason?: string; message?: string; field?: string }[];
  retryAfterSeconds?: number;
}

/** The API's `Status` object, as errors carry it. */
export interface KubeStatus {
  status?: string;
  code?: number;
  reason?: string;
  message?: string;
  details?: KubeErrorDetails;
}

/** Reasons of ours, for failures in which no answer of the API server took part. */
export const REASON = {
  /** No connection, or it broke before the answer was complete. */
  connectionFailed: 'ConnectionFailed',
  /** The answer did not come in time. */
  timeout: 'Timeout',
  /** The caller's signal was aborted. */
  aborted: 'Aborted',
  /** Nothing was sent: we do not lead at this moment. */
  notLeading: 'NotLeading',
  /** The answer was not what the API speaks. */
  malformed: 'MalformedAnswer',
} as const;

interface KubeErrorInput {
  status: number;
  reason: string;
  message: string;
  retryAfterSeconds?: number;
  details?: KubeErrorDetails;
  cause?: unknown;
}

export class KubeError extends Error {
  /** HTTP status; 0 when no answer arrived. */
  readonly status: number;
  /** The API's `reason`, for example AlreadyExists; one of REASON when no answer arrived. */
  readonly reason: string;
  readonly retryAfterSeconds: number | undefined;
  readonly details: KubeErrorDetails | undefined;

  constructor(input: KubeErrorInput) {
    super(input.message, { cause: input.cause });
    this.name = 'KubeError';
    this.status = input.status;
    this.reason = input.reason;
    this.retryAfterSeconds = pauseAsked(input.retryAfterSeconds) ?? pauseAsked(input.details?.retryAfterSeconds);
    this.details = input.details;
  }
}

/** The error that an answer stands for; `request` names it for people, for example `GET /api/v1/pods`. */
export function errorFromAnswer(
  request: string,
  httpStatus: number,
  body: string,
  retryAfter?: string | string[],
): KubeError {
  const status = parseStatus(body);
  const seconds = Number(Array.isArray(retryAfter) ? retryAfter[0] : (retryAfter ?? NaN));
  return new KubeError({
    status: httpStatus,
    reason: status?.reason || `Http${httpStatus}`,
    message: `${request}: ${status?.message || body.trim().slice(0, 300) || `HTTP status ${httpStatus}`}`,
    ...(Number.isFinite(seconds) ? { retryAfterSeconds: seconds } : {}),
    ...(status?.details ? { details: status.details } : {}),
  });
}

/** An ERROR event within a watch: what the stream showed so far may be incomplete. */
export class WatchErrorEvent extends KubeError {}

/** The error that an ERROR event of a watch stands for. */
export function errorFromStatus(request: string, status: KubeStatus): WatchErrorEvent {
  return new WatchErrorEvent({
    status: status.code ?? 500,
    reason: status.reason ?? 'Unknown',
    message: `${request}: ${status.message ?? 'the watch reported an error without a message'}`,
    ...(status.details ? { details: status.details } : {}),
  });
}

function parseStatus(body: string): KubeStatus | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // A proxy's page of HTML: the text itself is the message.
    return undefined;
  }
}

export function isAlreadyExists(error: unknown): error is KubeError {
  return error instanceof KubeError && error.reason === 'AlreadyExists';
}

export function isNotFound(error: unknown): error is KubeError {
  return error instanceof KubeError && error.status === 404;
}

/** A failed precondition (UID, resourceVersion) or a field manager's conflict; not AlreadyExists. */
export function isConflict(error: unknown): error is KubeError {
  if (!(error instanceof KubeError)) return false;
  return (error.status === 409 && error.reason !== 'AlreadyExists') || isOtherObject(error);
}

/** A patch that names the UID of an object which is gone is taken for one that changes the UID of the present one. */
function isOtherObject({ status, details }: KubeError): boolean {
  return status === 422 && details?.causes?.some(({ field }) => field === 'metadata.uid') === true;
}

export function isUnauthorized(error: unknown): error is KubeError {
  return error instanceof KubeError && error.status === 401;
}

/** 410: the resource version or the continue token is too old. */
export function isGone(error: unknown): error is KubeError {
  return error instanceof KubeError && (error.status === 410 || error.reason === 'Expired');
}

/** No answer, 408, 429 or 5xx: the same request may succeed later. */
export function isRetryable(error: unknown): error is KubeError {
  if (!(error instanceof KubeError)) return false;
  if (error.status === 0) return !isHalted(error);
  return error.status === 408 || error.status === 429 || error.status >= 500;
}

export function isAborted(error: unknown): error is KubeError {
  return error instanceof KubeError && error.reason === REASON.aborted;
}

/** We ended or withheld the request ourselves: it says nothing about the API server or the object. */
export function isHalted(error: unknown): error is KubeError {
  return isAborted(error) || (error instanceof KubeError && error.reason === REASON.notLeading);
}

/** Anything thrown, as one sentence. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
