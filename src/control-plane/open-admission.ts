import { Admission } from './admission';
import type { ConnectionLimits } from './admission/connections';
import { logInObserver, LogInTrail } from './audit/log-ins';
import type { Refusals } from './audit/refusals';
import { ProofChecks } from './identity/proof-checks';
import type { Metrics } from './observability/metrics';
import type { QueueContext } from './queue/context';

/** Who is let in, with what is counted and written down of it. */
export function openAdmission(
  proxies: readonly string[],
  limits: ConnectionLimits,
  context: QueueContext,
  { refusals, metrics }: { readonly refusals: Refusals; readonly metrics: Metrics },
) {
  const trail = new LogInTrail(context);
  const written = logInObserver(refusals, trail);
  const admission = new Admission(
    proxies,
    (end) => {
      metrics.logInEnded(end.logIn.way, end.result);
      return written(end);
    },
    limits,
  );
  return { admission, proofs: new ProofChecks(admission.proofs, metrics.logInEnded), trail };
}
