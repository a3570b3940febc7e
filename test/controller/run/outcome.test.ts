import { describe, expect, test } from '@jest/globals';
import { built, containers, exited, observed, POOL_REF, running, waitingFor } from './fixtures';
import { outcomeOf, type RunPodStatus } from '../../../src/controller/run';
import { WORKER_BEGAN } from '../../../src/protocol/exit-codes';
import type { OutcomeReason } from '../../../src/protocol/messages';

const limited = built({
  initContainer: { resources: { limits: { memory: '64Mi' } } },
  workerContainer: { resources: { limits: { memory: '2Gi' } } },
});
const failedPod = (states: Parameters<typeof containers>[0], rest: Partial<RunPodStatus> = {}) =>
  containers(states, { phase: 'Failed', ...rest });
const target = (reason: string, message: string) => [{ type: 'DisruptionTarget', status: 'True', reason, message }];

describe('an ended Pod', () => {
  test.each<[string, RunPodStatus]>([
    ['succeeded', containers({ relay: exited(0), worker: exited(0) }, { phase: 'Succeeded' })],
    ['failed by the user’s own doing', failedPod({ relay: exited(0), worker: exited(1) })],
    [
      'ran out of time when only a sidecar was left',
      failedPod({ relay: exited(0), worker: exited(0), extra: { dind: exited(137) } }, { reason: 'DeadlineExceeded' }),
    ],
    ['was killed by a stop that the relay has told of', failedPod({ relay: exited(0), worker: exited(137) })],
  ])('whose relay told the outcome needs no report: it %s', (_what, status) => {
    expect(outcomeOf(observed(status), POOL_REF)).toEqual({ kind: 'reported' });
  });

  test.each<[string, RunPodStatus, OutcomeReason, string]>([
    [
      'init that the kernel killed',
      failedPod({
        init: exited(137, 'OOMKilled'),
        relay: waitingFor('PodInitializing'),
        worker: waitingFor('PodInitializing'),
      }),
      'OutOfMemory',
      'Container init was killed because it needed more than its memory limit of 64Mi: raise spec.pod.initContainer.resources.limits.memory of WorkerPool team/pool.',
    ],
    [
      'a worker that the kernel killed',
      failedPod({ relay: exited(80), worker: exited(137, 'OOMKilled') }),
      'OutOfMemory',
      'Container worker was killed because it needed more than its memory limit of 2Gi: raise spec.pod.workerContainer.resources.limits.memory of WorkerPool team/pool.',
    ],
    [
      'a kernel’s kill after which the container still ended with 0',
      failedPod({ relay: exited(80), worker: exited(0, 'OOMKilled') }),
      'OutOfMemory',
      'Container worker was killed because it needed more than its memory limit of 2Gi: raise spec.pod.workerContainer.resources.limits.memory of WorkerPool team/pool.',
    ],
    [
      'a kill in a container without a limit',
      failedPod({ relay: exited(137, 'OOMKilled'), worker: exited(143) }),
      'OutOfMemory',
      'Container launcher-grpc was killed because the node ran out of memory: set spec.pod.grpcServerContainer.resources.limits.memory of WorkerPool team/pool to what it needs.',
    ],
    [
      '137 without a word of memory',
      failedPod({ relay: exited(80), worker: exited(137, 'Error') }),
      'OutOfMemory',
      'Container worker was killed (exit code 137), most likely for want of memory (its memory limit is 2Gi): raise spec.pod.workerContainer.resources.limits.memory of WorkerPool team/pool.',
    ],
    [
      'an eviction by the kubelet',
      failedPod(
        { relay: exited(137), worker: exited(137) },
        { reason: 'Evicted', message: 'The node was low on resource: ephemeral-storage. ' },
      ),
      'Evicted',
      'The run’s Pod was evicted on node n1: The node was low on resource: ephemeral-storage.',
    ],
    [
      'a drained node',
      failedPod(
        { relay: exited(143), worker: exited(143) },
        { conditions: target('EvictionByEvictionAPI', 'Eviction API: evicting') },
      ),
      'Evicted',
      'The run’s Pod was evicted on node n1: Eviction API: evicting.',
    ],
    [
      'preemption by the scheduler',
      failedPod(
        { relay: exited(143), worker: exited(137) },
        {
          conditions: target(
            'PreemptionByScheduler',
            'default-scheduler: preempting to accommodate a higher priority pod',
          ),
        },
      ),
      'Preempted',
      'The run’s Pod had to make way for one of higher priority on node n1: default-scheduler: preempting to accommodate a higher priority pod.',
    ],
    [
      'a node that was taken away',
      failedPod(
        { relay: running, worker: running },
        { conditions: target('DeletionByPodGC', 'PodGC: node no longer exists') },
      ),
      'NodeLost',
      'The node n1 was lost during the run: PodGC: node no longer exists.',
    ],
    [
      'a node that shut down',
      failedPod(
        { relay: exited(143), worker: exited(143) },
        { reason: 'Terminated', message: 'Pod was terminated in response to imminent node shutdown.' },
      ),
      'NodeLost',
      'The node n1 was lost during the run: Pod was terminated in response to imminent node shutdown.',
    ],
    [
      'a node that had filled up meanwhile',
      { phase: 'Failed', reason: 'OutOfcpu', message: 'Pod was rejected: Node didn’t have enough resource: cpu' },
      'Evicted',
      'The Pod was refused on node n1: Pod was rejected: Node didn’t have enough resource: cpu.',
    ],
    [
      'a device that was not ready',
      {
        phase: 'Failed',
        reason: 'UnexpectedAdmissionError',
        message: 'Allocate failed due to no healthy devices present',
      },
      'Evicted',
      'The Pod was refused on node n1: Allocate failed due to no healthy devices present.',
    ],
    [
      'the deadline',
      failedPod(
        { relay: exited(143), worker: exited(137) },
        { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' },
      ),
      'RunTimeout',
      'The run’s Pod took longer than its limit of 4200 seconds: raise spec.pod.activeDeadlineSeconds of WorkerPool team/pool if it needs more.',
    ],
    [
      'a runner image without a shell',
      failedPod({
        relay: exited(80),
        worker: exited(128, 'StartError', 'exec: "/bin/sh": stat /bin/sh: no such file or directory'),
      }),
      'ConfigError',
      'Container worker cannot start from its image "control-plane.test/runner:1": exec: "/bin/sh": stat /bin/sh: no such file or directory. The image needs a POSIX sh at /bin/sh with cat, env, mv and sleep: choose another in the stack, or in spec.pod.defaultRunnerImage of WorkerPool team/pool, or correct spec.pod.workerContainer.',
    ],
    [
      'a launcher image for another processor',
      failedPod({
        init: exited(128, 'StartError', 'exec /usr/bin/spacelift-launcher: exec format error'),
        relay: waitingFor('PodInitializing'),
        worker: waitingFor('PodInitializing'),
      }),
      'ConfigError',
      'Container init cannot start from its image "control-plane.test/launcher:1": exec /usr/bin/spacelift-launcher: exec format error. The image needs /usr/bin/spacelift-launcher, built for the node’s architecture: choose another in spec.pod.launcherImage of WorkerPool team/pool, or correct spec.pod.initContainer.',
    ],
    [
      'a relay that cannot be started',
      failedPod({ relay: exited(127, 'ContainerCannotRun', 'no such file'), worker: exited(69) }),
      'ConfigError',
      'Container launcher-grpc cannot start from its image "control-plane.test/launcher:1": no such file. The image needs /usr/bin/spacelift-launcher, built for the node’s architecture: choose another in spec.pod.launcherImage of WorkerPool team/pool, or correct spec.pod.grpcServerContainer.',
    ],
    [
      'an init container of the user',
      failedPod({ custom: { setup: exited(3) }, init: waitingFor('PodInitializing') }),
      'ConfigError',
      'Container setup (the entry "setup", unless a webhook added it, of spec.pod.customInitContainers or additionalSidecarContainers of WorkerPool team/pool) ended with exit code 3.',
    ],
    [
      'init without a control plane',
      failedPod({ init: exited(69, 'Error', 'cannot reach the control plane'), relay: waitingFor('PodInitializing') }),
      'StartTimeout',
      'Container init (spec.pod.initContainer of WorkerPool team/pool) ended with exit code 69: cannot reach the control plane.',
    ],
    [
      'a relay that failed itself, with a code of its own',
      failedPod({ relay: exited(75, 'Error', 'The launcher failed: x is not a function'), worker: exited(143) }),
      'ControlPlaneLost',
      'Container launcher-grpc (spec.pod.grpcServerContainer of WorkerPool team/pool) ended with exit code 75: The launcher failed: x is not a function.',
    ],
    [
      'a relay that failed in a way of Node.js’ own',
      failedPod({ relay: exited(1), worker: exited(0) }),
      'ControlPlaneLost',
      'Container launcher-grpc (spec.pod.grpcServerContainer of WorkerPool team/pool) ended with exit code 1.',
    ],
    [
      'containers of whose end the node knows nothing',
      failedPod({ relay: exited(255, 'Unknown'), worker: exited(255, 'Unknown', WORKER_BEGAN) }),
      'ControlPlaneLost',
      'Container launcher-grpc (spec.pod.grpcServerContainer of WorkerPool team/pool) ended with exit code 255: its node does not know how, as after a restart of the node or of its container runtime.',
    ],
    [
      'credentials that cannot be read',
      failedPod({ init: exited(65), relay: waitingFor('PodInitializing') }),
      'ConfigError',
      'Container init (spec.pod.initContainer of WorkerPool team/pool) ended with exit code 65.',
    ],
    [
      'a worker that left without a word',
      failedPod({ relay: exited(80), worker: exited(2, 'Error', WORKER_BEGAN) }),
      'UserFailed',
      'Container worker ended with exit code 2, and nobody was left to report the step’s result.',
    ],
    [
      'a runner image that lacks what the shim needs',
      failedPod({ relay: exited(70), worker: exited(64, 'Error', "The runner image has no 'mv'.\n") }),
      'ConfigError',
      'Container worker cannot run the steps in its image "control-plane.test/runner:1": The runner image has no ’mv’.',
    ],
    [
      'a relay that did not get ready',
      failedPod({ relay: exited(70), worker: exited(69, 'Error', 'The container launcher-grpc was not ready.') }),
      'ControlPlaneLost',
      'Container worker cannot run the steps in its image "control-plane.test/runner:1": The container launcher-grpc was not ready.',
    ],
    [
      'a shell that died before the first step, which its relay saw',
      failedPod({ relay: exited(80), worker: exited(1) }),
      'ConfigError',
      'Container worker ended with exit code 1 in its image "control-plane.test/runner:1" before anything of the run could begin; kubectl logs of the Pod, container worker, may show why. The image needs a POSIX sh at /bin/sh with cat, env, mv and sleep, for the processor of its node.',
    ],
    [
      'a shell for another processor, of which the kernel said so',
      failedPod({ relay: exited(80), worker: exited(1, 'Error', 'exec /bin/sh: exec format error\n') }),
      'ConfigError',
      'Container worker ended with exit code 1 in its image "control-plane.test/runner:1" before anything of the run could begin: exec /bin/sh: exec format error. The image needs a POSIX sh at /bin/sh with cat, env, mv and sleep, for the processor of its node.',
    ],
    [
      'a step that ends as the shim does when it refuses',
      failedPod({ relay: exited(80), worker: exited(64, 'Error', WORKER_BEGAN) }),
      'UserFailed',
      'Container worker ended with exit code 64, and nobody was left to report the step’s result.',
    ],
    ['a Pod that shows nothing', { phase: 'Failed' }, 'NodeLost', 'The run’s Pod ended without a result.'],
  ])('%s', (_what, status, reason, message) => {
    const outcome = outcomeOf(observed(status, { of: limited, node: 'n1' }), POOL_REF);
    expect({ ...outcome, message: straight(outcome) }).toEqual({
      kind: 'failed',
      reason,
      message: message.replaceAll('’', "'"),
    });
  });

  test('whose limit a LimitRange set says so', () => {
    const pod = observed(failedPod({ init: exited(137, 'OOMKilled') }), { of: limited });
    const annotations = {
      ...pod.metadata.annotations,
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu, memory request for init container init; cpu, memory limit for init container init; cpu limit for container worker',
    };
    expect(outcomeOf({ ...pod, metadata: { ...pod.metadata, annotations } }, POOL_REF)).toMatchObject({
      reason: 'OutOfMemory',
      message:
        'Container init was killed because it needed more than its memory limit of 64Mi, which a LimitRange of namespace team set and not the pool: set spec.pod.initContainer.resources.limits.memory of WorkerPool team/pool to what it needs.',
    });
  });

  test('that somebody deleted says so, and does not blame memory', () => {
    const status = failedPod({ relay: exited(143), worker: exited(137) });
    expect(outcomeOf(observed(status, { deleted: '2026-11-22T11:59:00Z' }), POOL_REF)).toMatchObject({
      reason: 'Evicted',
      message: 'Pod 01hps6xb76j1jb3ehsk4awe5ab-preparing-2 was deleted by somebody else before the run had ended.',
    });
  });
});

function straight(outcome: ReturnType<typeof outcomeOf>): string | undefined {
  return outcome.kind === 'failed' ? outcome.message.replaceAll('’', "'") : undefined;
}
