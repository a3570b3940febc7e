import { REASON } from '../api/conditions';
import type { SessionStatus } from '../protocol/session';
import type { RefusalKind } from './runtime';

/** The reason in a condition for each cause that keeps a session from connecting. */
export const REASON_OF_CAUSE = {
  unreachable: REASON.controlPlaneUnreachable,
  certificate: REASON.controlPlaneCertificateInvalid,
  rejected: REASON.credentialsRejected,
  protocol: REASON.protocolError,
} as const satisfies Record<Extract<SessionStatus, { state: 'failed' }>['cause'], string>;

/** The causes that are not the object's own; what is wrong with the object itself has a reason by its kind. */
const REASON_OF_KIND: Partial<Record<RefusalKind, string>> = {
  'webhook-down': REASON.webhookUnavailable,
  'quota-full': REASON.quotaExceeded,
  rights: REASON.permissionDenied,
  'namespace-gone': REASON.namespaceTerminating,
  'server-error': REASON.apiServerUnavailable,
  busy: REASON.apiServerUnavailable,
  'no-answer': REASON.apiServerUnavailable,
};

/** The reason, in a condition and an event, of a run Pod that the API server did not take. */
export function reasonOfRefusedPod(kind: RefusalKind): string {
  return REASON_OF_KIND[kind] ?? (kind === 'invalid' ? REASON.podInvalid : REASON.podRefused);
}

/** The same of the Secret of a pool that registers itself. */
export function reasonOfRefusedSecret(kind: RefusalKind): string {
  return REASON_OF_KIND[kind] ?? REASON.secretRefused;
}

/** The same of a Worker. */
export function reasonOfRefusedWorker(kind: RefusalKind): string {
  return REASON_OF_KIND[kind] ?? REASON.workerRefused;
}
