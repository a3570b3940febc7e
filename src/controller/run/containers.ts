import type { BuiltInContainer, Container, EnvVar, PodSecurityContext, VolumeMount } from '../../api';
import { DEFAULTS } from '../../api/defaults';
import { CONTAINER, PATH } from '../../api/names';
import { POD_VARIABLE, WORKER_VARIABLES } from '../../protocol/environment';
import { launcherImage, runnerImage } from './images';
import { containerSecurityContext, relaySecurityContext } from './security';
import { podTemplate, type RunPodInput } from './template';
import { ownMounts } from './volumes';

const LAUNCHER = '/usr/bin/spacelift-launcher';

export function initContainer(input: RunPodInput): Container {
  const pod = podTemplate(input.pool);
  return {
    ...builtIn(pod.initContainer, pod.securityContext, coordinates(input), ownMounts('init', input.pool)),
    name: CONTAINER.init,
    image: launcherImage(input.assignment, input.pool),
    command: [LAUNCHER],
    args: ['init'],
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

export function relayContainer(input: RunPodInput): Container {
  const pod = podTemplate(input.pool);
  return {
    ...builtIn(pod.grpcServerContainer, pod.securityContext, coordinates(input), ownMounts('relay', input.pool)),
    securityContext: relaySecurityContext(pod),
    name: CONTAINER.relay,
    image: launcherImage(input.assignment, input.pool),
    command: [LAUNCHER],
    args: ['grpc'],
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

/** Runs the shim that `init` laid down; the image's own entry point is ignored. */
export function workerContainer(input: RunPodInput): Container {
  const pod = podTemplate(input.pool);
  const shown: readonly string[] = WORKER_VARIABLES;
  const variables = coordinates(input).filter(({ name }) => shown.includes(name));
  return {
    ...builtIn(pod.workerContainer, pod.securityContext, variables, ownMounts('worker', input.pool)),
    name: CONTAINER.worker,
    image: runnerImage(input.assignment, input.pool),
    command: ['/bin/sh', `${PATH.binaries}/spacelift-worker`],
    // The shim leaves words before any step. Where it could not, the log has only what its shell or the kernel said.
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

function builtIn(
  settings: BuiltInContainer | undefined,
  podSecurity: PodSecurityContext | undefined,
  variables: readonly EnvVar[],
  mounts: readonly VolumeMount[],
): Omit<Container, 'name'> {
  return {
    ...settings,
    env: [...variables, ...(settings?.env ?? []).filter(({ name }) => !OURS.includes(name))],
    volumeMounts: [...mounts, ...(settings?.volumeMounts ?? [])],
    securityContext: containerSecurityContext(podSecurity, settings?.securityContext),
  };
}

const OURS: readonly string[] = Object.values(POD_VARIABLE);

/** What the launcher must know of its assignment. Ours stand first, so that the pool's own can refer to them. */
function coordinates({ assignment, pool, worker, workerId }: RunPodInput): EnvVar[] {
  const { terminationGracePeriodSeconds, customBinariesPath } = podTemplate(pool);
  const values: EnvVar[] = [
    { name: POD_VARIABLE.runId, value: assignment.runId },
    { name: POD_VARIABLE.stage, value: assignment.stage },
    { name: POD_VARIABLE.attempt, value: String(assignment.attempt) },
    { name: POD_VARIABLE.fence, value: String(assignment.fence) },
    { name: POD_VARIABLE.workerId, value: workerId },
    { name: POD_VARIABLE.workerName, value: worker.metadata.name },
    { name: POD_VARIABLE.podUid, valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
    { name: POD_VARIABLE.runnerImage, value: runnerImage(assignment, pool) },
    { name: POD_VARIABLE.startDeadline, value: String(assignment.startDeadline) },
    {
      name: POD_VARIABLE.stopGraceSeconds,
      value: String(terminationGracePeriodSeconds ?? DEFAULTS.terminationGracePeriodSeconds),
    },
  ];
  if (customBinariesPath) values.push({ name: POD_VARIABLE.customBinariesPath, value: customBinariesPath });
  return values;
}
