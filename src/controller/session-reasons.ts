import { REASON } from '../api/conditions';
import type { SessionStatus } from '../protocol/session';

/** The reason in a condition for each cause that keeps a session from connecting. */
export const REASON_OF_CAUSE = {
  unreachable: REASON.controlPlaneUnreachable,
  certificate: REASON.controlPlaneCertificateInvalid,
  rejected: REASON.credentialsRejected,
  protocol: REASON.protocolError,
} as const satisfies Record<Extract<SessionStatus, { state: 'failed' }>['cause'], string>;
