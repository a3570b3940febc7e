import { anAssignment, built, containers, exited, NOW, observed, running, waitingFor } from '../run/fixtures';
import { WORKER_BEGAN } from '../../../src/protocol/exit-codes';
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
  containers({ relay: exited(80), worker: exited(137, 'OOMKilled', WORKER_BEGAN) }, { phase: 'Failed' }),
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
const TOLD = { at: NOW, since: NOW, detailed: true };
export const told = { ...TOLD, key: 'pull:worker', sentence: 'told' };
export const toldRefusal = { ...TOLD, key: 'PodInvalid:x', sentence: 'The Pod is refused.' };
export const secondsAgo = (seconds: number) => new Date(NOW - seconds * 1_000).toISOString();

const unscheduled = (reason: string, message: string) =>
  observed({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason, message }] });
export const unschedulable = unscheduled('Unschedulable', '0/3 nodes are available.');
export const toldUnschedulable = (seconds: number) => ({
  ...TOLD,
  key: 'Unschedulable',
  sentence: 'No node takes the Pod: 0/2 nodes are available.',
  at: NOW - seconds * 1_000,
});
export const gated = unscheduled('SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates');
export const setupAtWorkFor = (seconds: number) =>
  observed(
    containers(
      { custom: { setup: { running: { startedAt: secondsAgo(seconds) } } }, init: waitingFor('PodInitializing') },
      { phase: 'Pending' },
    ),
    { of: built({ customInitContainers: [{ name: 'setup', image: 'tools:1' }] }) },
  );
export const initAtWorkFor = (seconds: number) =>
  observed(containers({ init: { running: { startedAt: secondsAgo(seconds) } } }, { phase: 'Pending' }));
