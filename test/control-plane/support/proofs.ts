import { FailedLogIns } from '../../../src/control-plane/admission/failed-log-ins';
import { ProofChecks } from '../../../src/control-plane/identity/proof-checks';

/** Checks that have seen nothing yet, and bear so many failures of a pool from an address. */
export const proofChecks = (failures = 1000): ProofChecks =>
  new ProofChecks(new FailedLogIns({ burst: failures, perSecond: 0.001 }));
