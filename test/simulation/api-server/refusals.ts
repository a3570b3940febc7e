import type { KindRules } from './kinds';
import type { Answer, Refusal } from './types';

/** Thrown by what carries a request out; becomes the API's Status. */
export class ApiRefusal extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

export function refuse(
  status: number,
  reason: string,
  message: string,
  causes?: Refusal['causes'],
  retryAfterSeconds?: number,
): ApiRefusal {
  return new ApiRefusal({
    status,
    reason,
    message,
    ...(causes && { causes }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

export const notFound = ({ resource }: KindRules, name: string): ApiRefusal =>
  refuse(404, 'NotFound', `${qualified(resource)} "${name}" not found`);

export const noSuchResource = (): ApiRefusal =>
  refuse(404, 'NotFound', 'the server could not find the requested resource');

export const alreadyExists = ({ resource }: KindRules, name: string): ApiRefusal =>
  refuse(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`);

export const conflict = ({ resource }: KindRules, name: string, why = CHANGED): ApiRefusal =>
  refuse(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`);

const CHANGED = 'the object has been modified; please apply your changes to the latest version and try again';

export const invalid = ({ resource }: KindRules, name: string, field: string, message: string): ApiRefusal => {
  const kind = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
  return refuse(422, 'Invalid', `${kind} "${name}" is invalid: ${field}: ${message}`, [
    { reason: 'FieldValueInvalid', message, field },
  ]);
};

export const expired = (message: string): ApiRefusal => refuse(410, 'Expired', message);

export const namespaceGoes = ({ resource }: KindRules, name: string, namespace: string): ApiRefusal => {
  const message = `unable to create new content in namespace ${namespace} because it is being terminated`;
  return refuse(403, 'Forbidden', `${qualified(resource)} "${name}" is forbidden: ${message}`, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ]);
};

export function answerOf({ status, reason, message, causes, retryAfterSeconds }: Refusal): Answer {
  return {
    status,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason !== '' && { reason }),
      code: status,
      ...((causes || retryAfterSeconds !== undefined) && { details: { causes, retryAfterSeconds } }),
    },
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

function qualified({ group, plural }: KindRules['resource']): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** What clusters refuse with, in the real server's words: for the faults to choose from. */
export const REFUSALS = {
  /** The object may have been written meanwhile, or the server is busy with it. */
  conflict: {
    status: 409,
    reason: 'Conflict',
    message: 'Operation cannot be fulfilled on objects "simulated": the object has been modified',
  },
  tooManyRequests: {
    status: 429,
    reason: 'TooManyRequests',
    message: 'too many requests, please try again later',
    retryAfterSeconds: 1,
  },
  internal: { status: 500, reason: 'InternalError', message: 'Internal error occurred: etcdserver: leader changed' },
  unavailable: { status: 503, reason: 'ServiceUnavailable', message: 'apiserver is shutting down' },
  timeout: {
    status: 504,
    reason: 'Timeout',
    message: 'request did not complete within the allotted timeout',
  },
  rights: {
    status: 403,
    reason: 'Forbidden',
    message: 'pods is forbidden: User "simulated" cannot create resource "pods"',
  },
  unauthorized: { status: 401, reason: 'Unauthorized', message: 'Unauthorized' },
  quota: {
    status: 403,
    reason: 'Forbidden',
    message: 'pods "simulated" is forbidden: exceeded quota: runs, requested: pods=1, used: pods=10, limited: pods=10',
  },
  webhookDenies: {
    status: 400,
    reason: 'BadRequest',
    message: 'admission webhook "policy.example.com" denied the request: not today',
  },
  webhookDown: {
    status: 500,
    reason: 'InternalError',
    message:
      'Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: Post "https://policy.example.svc:443/validate?timeout=10s": dial tcp 10.96.0.7:443: connect: connection refused',
  },
  podSecurity: {
    status: 403,
    reason: 'Forbidden',
    message: 'pods "simulated" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
  },
} as const satisfies Record<string, Refusal>;
