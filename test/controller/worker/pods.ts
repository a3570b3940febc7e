import { anAssignment, built, containers, exited, NOW, observed, running, waitingFor } from '../run/fixtures';
import type { Refusal } from '../../../src/controller/worker/memory';

export const assigned = anAssignment();
export const started = anAssignment({ started: true });
export const stopped = anAssignment({ stop: { reason: 'by alice' } });
export const LATE = assigned.startDeadline + 1;

export const pending = observed({ phase: 'Pending' });
export const initialising = observed(containers({ init: running }, { phase: 'Pending' }));
export const working = observed(containers({ relay: running, worker: running }));
export const succeeded = observed(containers({ relay: exited(0), worker: exited(0) }, { phase: 'Succeeded' }));
export const failedPod = observed(containers({ relay: exited(0), worker: exited(1) }, { phase: 'Failed' }));
export const killed = observed(
  containers({ relay: exited(80), worker: exited(137, 'OOMKilled') }, { phase: 'Failed' }),
);
export const unpullable = observed(
  containers({ relay: running, worker: waitingFor('ErrImagePull', 'manifest unknown') }, { phase: 'Pending' }),
);
export const neverPulled = observed(
  containers({ relay: running, worker: waitingFor('ErrImageNeverPull') }, { phase: 'Pending' }),
);
export const withSidecar = (code: number) =>
  observed(containers({ relay: exited(0), worker: exited(code), extra: { dind: running } }));
export const earlier = { ...built({}, anAssignment({ attempt: 1, fence: 3 })) };
export const earlierUnstarted = observed({ phase: 'Pending' }, { of: earlier });
export const earlierWorking = observed(containers({ relay: running, worker: running }), { of: earlier });
export const refusal: Refusal = {
  problem: {
    key: 'PodInvalid:x',
    reason: 'PodInvalid',
    sentence: 'The Pod is refused.',
    detailed: true,
    outcome: 'ConfigError',
    hopeless: false,
  },
  count: 1,
  retryAt: NOW + 5_000,
  poolGeneration: 1,
};
export const told = { key: 'pull:worker', sentence: 'told', detailed: true };
export const toldRefusal = { key: 'PodInvalid:x', sentence: 'The Pod is refused.', detailed: true };
export const secondsAgo = (seconds: number) => new Date(NOW - seconds * 1_000).toISOString();
