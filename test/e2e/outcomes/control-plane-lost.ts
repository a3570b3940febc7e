import type { Fixture } from '../fixtures/fixture';

/**
 * The relay, through which the run is heard, cannot run, and nobody else can tell how the run went. A network that is cut gives
 * the same outcome after ten minutes: test/control-plane/queue/leases.test.ts.
 */
export const controlPlaneLost: Fixture = {
  name: 'ControlPlaneLost: the relay breaks, through which the run is heard',
  pool: { pod: { grpcServerContainer: { env: [{ name: 'NODE_OPTIONS', value: '--no-such-option' }] } } },
  outcome: 'ControlPlaneLost',
  says: [
    'Container launcher-grpc (spec.pod.grpcServerContainer of WorkerPool ',
    ' ended with exit code 9: node: --no-such-option is not allowed in NODE_OPTIONS',
  ],
};
