import { describe, expect, test } from '@jest/globals';
import { slowStart, startProblem, type RunPodStatus } from '../../../src/controller/run';
import { SharedValues } from '../../../src/controller/runtime';
import { trimRunPod } from '../../../src/controller/trim';
import {
  anAssignment,
  built,
  containers,
  exited,
  observed,
  POOL_REF,
  running,
  waitingFor,
  type State,
} from './fixtures';

const IMAGE = 'someone/non-existent-image:1234';
const SETUP = { customInitContainers: [{ name: 'setup', image: 'tools:1' }] };
const pod = (status: RunPodStatus) => {
  const { spec, ...rest } = observed(status, { of: built(SETUP, anAssignment({ runnerImage: IMAGE })) });
  return { ...rest, spec: { ...spec, schedulingGates: [{ name: 'queue.test/gate' }] } };
};
const worker = (reason: string, message?: string) =>
  containers({ relay: running, worker: waitingFor(reason, message) }, { phase: 'Pending' });

describe('what keeps a run’s Pod from starting', () => {
  test.each<[string, RunPodStatus, string, string]>([
    [
      'a failed pull, in the words of the registry',
      worker(
        'ErrImagePull',
        `rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/${IMAGE}": pull access denied, repository does not exist or may require authorization`,
      ),
      'ImagePull',
      `The image "${IMAGE}" of container worker cannot be pulled: failed to pull and unpack image "docker.io/${IMAGE}": pull access denied, repository does not exist or may require authorization. Check its name and tag, and spec.pod.imagePullSecrets of WorkerPool team/pool.`,
    ],
    [
      'a back-off that repeats the cause',
      worker(
        'ImagePullBackOff',
        `Back-off pulling image "${IMAGE}": ErrImagePull: rpc error: code = NotFound desc = not found`,
      ),
      'ImagePull',
      `The image "${IMAGE}" of container worker cannot be pulled: not found. Check its name and tag, and spec.pod.imagePullSecrets of WorkerPool team/pool.`,
    ],
    [
      'a back-off without a cause',
      worker('ImagePullBackOff', `Back-off pulling image "${IMAGE}"`),
      'ImagePull',
      `The image "${IMAGE}" of container worker cannot be pulled. Check its name and tag, and spec.pod.imagePullSecrets of WorkerPool team/pool.`,
    ],
    [
      'an image name that is none',
      worker('InvalidImageName', 'Failed to apply default image tag: couldn’t parse image name'),
      'ImagePull',
      `The image "${IMAGE}" of container worker is not a valid image name: correct it in the stack, or in spec.pod.defaultRunnerImage of WorkerPool team/pool.`,
    ],
    [
      'an image that must not be pulled',
      worker('ErrImageNeverPull', `Container image "${IMAGE}" is not present with pull policy of Never`),
      'ImagePull',
      `The image "${IMAGE}" of container worker is not on the node, and its imagePullPolicy is Never: load it there, or change spec.pod.workerContainer.imagePullPolicy of WorkerPool team/pool.`,
    ],
    [
      'a Secret that does not exist',
      worker('CreateContainerConfigError', 'secret "aws" not found'),
      'ContainerConfig',
      'Container worker cannot be created: secret "aws" not found. Correct spec.pod.workerContainer of WorkerPool team/pool or what it refers to.',
    ],
    [
      'an init container of the user',
      containers({
        custom: { setup: waitingFor('CreateContainerError', 'no command specified') },
        init: waitingFor('PodInitializing'),
      }),
      'ContainerConfig',
      'Container setup cannot start from its image "tools:1": no command specified. Correct the entry "setup", unless a webhook added it, of spec.pod.customInitContainers or additionalSidecarContainers of WorkerPool team/pool.',
    ],
    [
      'a runner image without a shell',
      worker(
        'CreateContainerError',
        'rpc error: code = Unknown desc = container create failed: executable file `/bin/sh` not found in $PATH',
      ),
      'ContainerConfig',
      `Container worker cannot start from its image "${IMAGE}": container create failed: executable file \`/bin/sh\` not found in $PATH. The image needs a POSIX sh at /bin/sh with cat, env, mv and sleep: choose another in the stack, or in spec.pod.defaultRunnerImage of WorkerPool team/pool, or correct spec.pod.workerContainer.`,
    ],
    [
      'a cluster without room',
      {
        phase: 'Pending',
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/3 nodes are available: 3 Insufficient cpu.',
          },
        ],
      },
      'Unschedulable',
      'No node takes the Pod: 0/3 nodes are available: 3 Insufficient cpu. Make room, or change requests, nodeSelector, affinity or tolerations in spec.pod of WorkerPool team/pool.',
    ],
    [
      'a gate that somebody set',
      {
        phase: 'Pending',
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: 'Scheduling is blocked' },
        ],
      },
      'SchedulingGated',
      'The Pod waits for its scheduling gate "queue.test/gate": a webhook or a queueing system set it, and the Pod is scheduled when the same takes it away.',
    ],
  ])('%s', (_what, status, reason, sentence) => {
    expect(startProblem(pod(status), POOL_REF)).toMatchObject({ reason, sentence });
  });

  test.each([
    ['a Pod that was only just made', { phase: 'Pending' }],
    ['an image that is being pulled', worker('ContainerCreating')],
    [
      'init at work',
      containers({ init: running, relay: waitingFor('PodInitializing'), worker: waitingFor('PodInitializing') }),
    ],
  ])('is nothing for %s', (_what, status) => {
    expect(startProblem(pod(status), POOL_REF)).toBeUndefined();
  });

  test.each([
    ['ErrImagePull', 'manifest unknown', false],
    ['ImagePullBackOff', '', false],
    ['InvalidImageName', '', true],
    ['ErrImageNeverPull', '', true],
    ['CreateContainerConfigError', 'configmap "x" not found', true],
    ['CreateContainerConfigError', 'failed to sync configmap cache: timed out waiting for the condition', false],
    ['CreateContainerError', 'context deadline exceeded', false],
    ['CreateContainerError', 'executable file `/bin/sh` not found in $PATH', true],
    ['RunContainerError', 'exec: "/bin/sh": stat /bin/sh: no such file or directory: unknown', true],
    ['RunContainerError', 'failed to mount /x: no such file or directory', false],
  ])('%s (%s) is hopeless: %s', (reason, message, hopeless) => {
    expect(startProblem(pod(worker(reason, message)), POOL_REF)?.hopeless).toBe(hopeless);
  });

  test('stays the same problem while the scheduler counts other nodes', () => {
    const unschedulable = (message: string) =>
      startProblem(
        pod({
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
        }),
        POOL_REF,
      );
    const [few, many] = [unschedulable('0/3 nodes are available.'), unschedulable('0/7 nodes are available.')];
    expect(few?.key).toBe(many?.key);
    expect(few?.sentence).not.toBe(many?.sentence);
  });

  test('stays the same problem while the kubelet goes from failing to backing off', () => {
    const failing = startProblem(pod(worker('ErrImagePull', 'manifest unknown')), POOL_REF);
    const backingOff = startProblem(pod(worker('ImagePullBackOff', `Back-off pulling image "${IMAGE}"`)), POOL_REF);
    expect(backingOff?.key).toBe(failing?.key);
    expect([failing?.detailed, backingOff?.detailed]).toEqual([true, false]);
  });
});

describe('what a Pod is at before init', () => {
  const SINCE = '2026-11-22T11:00:05Z';
  const atWork = { running: { startedAt: SINCE } };
  const before = (
    restartPolicy: string | undefined,
    started?: boolean,
    init: State = waitingFor('PodInitializing'),
  ) => {
    const { spec, ...rest } = observed(containers({ custom: { mesh: atWork }, init }, { phase: 'Pending' }), {
      of: built({ customInitContainers: [{ name: 'mesh', image: 'mesh:1', ...(restartPolicy && { restartPolicy }) }] }),
    });
    const initContainerStatuses = rest.status?.initContainerStatuses?.map((one) =>
      one.name === 'mesh' && started !== undefined ? { ...one, started } : one,
    );
    // As the cache has it.
    return trimRunPod({ ...rest, spec, status: { ...rest.status, initContainerStatuses } }, new SharedValues());
  };

  test('is an init container of others that goes on, with what it lacks as a sidecar', () => {
    expect(slowStart(before(undefined), POOL_REF)).toMatchObject({
      since: Date.parse(SINCE),
      problem: {
        reason: 'PodPending',
        outcome: 'StartTimeout',
        hopeless: false,
        sentence:
          'Container mesh is an init container that goes on, and init begins when it has ended. A sidecar among the init containers needs restartPolicy: Always: correct the entry "mesh", unless a webhook added it, of spec.pod.customInitContainers or additionalSidecarContainers of WorkerPool team/pool.',
      },
    });
  });

  test('is a sidecar that does not pass its probe', () => {
    expect(slowStart(before('Always', false), POOL_REF)?.problem.sentence).toBe(
      'Container mesh is a sidecar among the init containers that has not passed its startupProbe, and init begins when it has: see its log, or correct the entry "mesh", unless a webhook added it, of spec.pod.customInitContainers or additionalSidecarContainers of WorkerPool team/pool.',
    );
  });

  test('is nothing of a sidecar that has started, whose neighbour gets its image', () => {
    expect(slowStart(before('Always', true), POOL_REF)).toBeUndefined();
  });

  test.each([
    ['no container can begin on its node', 'False', 'PodPending'],
    ['its containers may begin, as while an image is pulled', 'True', undefined],
  ])('tells by the condition of the kubelet whether %s', (_, status, reason) => {
    const ready = { type: 'PodReadyToStartContainers', status, lastTransitionTime: SINCE };
    const pod = observed(
      containers({ init: waitingFor('PodInitializing') }, { phase: 'Pending', conditions: [ready] }),
    );
    const slow = slowStart(trimRunPod(pod, new SharedValues()), POOL_REF);
    expect(slow?.problem.reason).toBe(reason);
    if (reason === undefined) return;
    expect(slow?.since).toBe(Date.parse(SINCE));
    expect(slow?.problem.sentence).toBe(
      `No container of the Pod can begin on its node: most likely a volume cannot be attached or mounted, or the Pod gets no network. What the kubelet meets is said by: kubectl describe pod -n team ${pod.metadata.name}`,
    );
  });

  test('is init itself, and no container of others, once it runs', () => {
    expect(slowStart(before('Always', true, atWork), POOL_REF)?.problem.reason).toBe('ControlPlaneUnreachable');
    expect(slowStart(before(undefined, undefined, exited(0)), POOL_REF)).toBeUndefined();
  });
});
