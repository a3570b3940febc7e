import { CONTAINER } from '../../api/names';
import { endSentence } from '../runtime';

/*
 * What people read about a run Pod, in the run's log, in the Worker's condition and in events: one plain sentence that
 * names what, where and which field to change.
 */

/** Namespace and name of the WorkerPool whose fields the sentences name. */
export interface PoolRef {
  readonly namespace: string;
  readonly name: string;
}

const pool = ({ namespace, name }: PoolRef): string => `WorkerPool ${namespace}/${name}`;

export function imageCannotBePulled(ref: PoolRef, container: string, image: string, detail: string): string {
  const cause = detail ? `: ${detail}` : '.';
  return `The image "${image}" of container ${container} cannot be pulled${endSentence(cause)} Check its name and tag, and spec.pod.imagePullSecrets of ${pool(ref)}.`;
}

export function imageNameInvalid(ref: PoolRef, container: string, image: string): string {
  return `The image "${image}" of container ${container} is not a valid image name: correct it ${whereImageIsSet(ref, container)}.`;
}

export function imageNeverPulled(ref: PoolRef, container: string, image: string): string {
  return `The image "${image}" of container ${container} is not on the node, and its imagePullPolicy is Never: load it there, or change ${fieldOf(container)}.imagePullPolicy of ${pool(ref)}.`;
}

export function containerCannotBeCreated(ref: PoolRef, container: string, detail: string): string {
  return `Container ${container} cannot be created: ${endSentence(detail)} Correct ${fieldOf(container)} of ${pool(ref)} or what it refers to.`;
}

export function unschedulable(ref: PoolRef, detail: string): string {
  return `No node takes the Pod: ${endSentence(detail)} Make room, or change requests, nodeSelector, affinity or tolerations in spec.pod of ${pool(ref)}.`;
}

/** `gates` are the names in spec.schedulingGates of the Pod. */
export function gated(gates: readonly string[]): string {
  const names = gates.map((name) => `"${name}"`).join(', ');
  const [which, it] = gates.length > 1 ? ['gates', 'them'] : ['gate', 'it'];
  return `The Pod waits for its scheduling ${which}${names && ` ${names}`}: a webhook or a queueing system set ${it}, and the Pod is scheduled when the same takes ${it} away.`;
}

export function runnerImageHostRefused(ref: PoolRef, image: string, host: string, allowed: readonly string[]): string {
  return `The stack's runner image "${image}" comes from ${host}, but spec.allowedRunnerImageHosts of ${pool(ref)} allows only ${allowed.join(', ') || 'none'}.`;
}

/** Of a pool that was made before the API server refused such settings. */
export function keyExposed(ref: PoolRef, detail: string): string {
  return `The run is refused, because of spec.pod of ${pool(ref)}: ${endSentence(detail)}`;
}

export function podNameTaken(name: string): string {
  return `A Pod named ${name} that belongs to something else, or to an earlier run, is in the way: remove it, and the run's Pod is created by itself.`;
}

export function earlierPodStillRuns(name: string): string {
  return `Pod ${name} of an earlier run still runs on this worker; the run's Pod is created when it has ended.`;
}

export function notStartedInTime(cause: string | undefined): string {
  return `The run's Pod did not start in time.${cause ? ` ${cause}` : ' kubectl describe pod shows what its containers wait for.'}`;
}

export function stoppedBeforeStart(reason: string): string {
  return `The run was stopped before its Pod had started: ${endSentence(reason || 'no reason was given')}`;
}

/** What may be used of memory, and who said so. */
export interface MemoryLimit {
  /** @default - no limit */
  readonly memory: string | undefined;
  /** A LimitRange of the namespace set it, because the pool set none. */
  readonly ofNamespace: boolean;
}

export function outOfMemory(ref: PoolRef, container: string, { memory, ofNamespace }: MemoryLimit): string {
  if (memory === undefined) {
    return `Container ${container} was killed because the node ran out of memory: set ${memoryField(container)} of ${pool(ref)} to what it needs.`;
  }
  if (ofNamespace) {
    return `Container ${container} was killed because it needed more than its memory limit of ${memory}, which a LimitRange of namespace ${ref.namespace} set and not the pool: set ${memoryField(container)} of ${pool(ref)} to what it needs.`;
  }
  return `Container ${container} was killed because it needed more than its memory limit of ${memory}: raise ${memoryField(container)} of ${pool(ref)}.`;
}

export function probablyOutOfMemory(ref: PoolRef, container: string, { memory, ofNamespace }: MemoryLimit): string {
  const source = ofNamespace ? `, which a LimitRange of namespace ${ref.namespace} set` : '';
  const known = memory === undefined ? 'no memory limit is set' : `its memory limit is ${memory}${source}`;
  return `Container ${container} was killed (exit code 137), most likely for want of memory (${known}): raise ${memoryField(container)} of ${pool(ref)}.`;
}

export function evicted(node: string | undefined, detail: string): string {
  return `The run's Pod was evicted${onNode(node)}: ${endSentence(detail || 'no reason was given')}`;
}

export function preempted(node: string | undefined, detail: string): string {
  return `The run's Pod had to make way for one of higher priority${onNode(node)}: ${endSentence(detail || 'preempted')}`;
}

export function nodeLost(node: string | undefined, detail: string): string {
  return `The node ${node ?? 'of the Pod'} was lost during the run: ${endSentence(detail || 'it no longer answers')}`;
}

export function podDeleted(name: string): string {
  return `Pod ${name} was deleted by somebody else before the run had ended.`;
}

export function podGone(name: string): string {
  return `Pod ${name} no longer exists although the run had not ended: it was deleted, or its node was removed.`;
}

export function tookTooLong(ref: PoolRef, seconds: number | undefined): string {
  const limit = seconds === undefined ? '' : ` of ${seconds} seconds`;
  return `The run's Pod took longer than its limit${limit}: raise spec.pod.activeDeadlineSeconds of ${pool(ref)} if it needs more.`;
}

export function containerCannotStart(ref: PoolRef, container: string, image: string, detail: string): string {
  const what = `Container ${container} cannot start from its image "${image}": ${endSentence(detail)}`;
  const needs = NEEDS[container];
  if (needs === undefined) return `${what} Correct ${fieldOf(container)} of ${pool(ref)}.`;
  return `${what} The image needs ${needs}: choose another ${whereImageIsSet(ref, container)}, or correct ${fieldOf(container)}.`;
}

const LAUNCHER_NEEDS = "/usr/bin/spacelift-launcher, built for the node's architecture";
/** What the built-in containers ask of their images. */
const NEEDS: Readonly<Record<string, string>> = {
  [CONTAINER.worker]: 'a POSIX sh at /bin/sh with cat, env, mv and sleep',
  [CONTAINER.init]: LAUNCHER_NEEDS,
  [CONTAINER.relay]: LAUNCHER_NEEDS,
};

export function containerFailed(ref: PoolRef, container: string, exitCode: number, detail: string): string {
  const cause = detail ? `: ${endSentence(detail)}` : '.';
  return `Container ${container} (${fieldOf(container)} of ${pool(ref)}) ended with exit code ${exitCode}${cause}`;
}

export const NODE_KNOWS_NOTHING =
  'its node does not know how, as after a restart of the node or of its container runtime';

/** What the shim said before it ran any step. */
export function stepsCannotRun(image: string, detail: string): string {
  return `Container worker cannot run the steps in its image "${image}": ${endSentence(detail)}`;
}

/** The shim or its shell died before it could say anything. */
export function endedBeforeItBegan(image: string, exitCode: number, detail: string): string {
  const cause = detail ? `: ${endSentence(detail)}` : '; kubectl logs of the Pod, container worker, may show why.';
  return `Container worker ended with exit code ${exitCode} in its image "${image}" before anything of the run could begin${cause} The image needs ${NEEDS[CONTAINER.worker]}, for the processor of its node.`;
}

export function stepFailed(exitCode: number): string {
  return `Container worker ended with exit code ${exitCode}, and nobody was left to report the step's result.`;
}

export function initIsCutOff(namespace: string, pod: string): string {
  return `Container init runs, but has not reached the control plane from its node: check the network policies, proxies and DNS of run Pods, or a service mesh whose proxy starts after init. What it meets is said by: kubectl logs -n ${namespace} ${pod} -c init`;
}

export function notReadyForContainers(namespace: string, pod: string): string {
  return `No container of the Pod can begin on its node: most likely a volume cannot be attached or mounted, or the Pod gets no network. What the kubelet meets is said by: kubectl describe pod -n ${namespace} ${pod}`;
}

export function initContainerRunsOn(ref: PoolRef, container: string): string {
  return `Container ${container} is an init container that goes on, and init begins when it has ended. A sidecar among the init containers needs restartPolicy: Always: correct ${fieldOf(container)} of ${pool(ref)}.`;
}

export function sidecarDoesNotStart(ref: PoolRef, container: string): string {
  return `Container ${container} is a sidecar among the init containers that has not passed its startupProbe, and init begins when it has: see its log, or correct ${fieldOf(container)} of ${pool(ref)}.`;
}

/** The node or the Pod counts as lost by the API server's word, and the control plane hears the relay. */
export function runGoesOnUnseen(pod: string): string {
  return `The API server has lost sight of Pod ${pod}, but the control plane still hears its relay: the run goes on, and is given up when the relay falls silent.`;
}

export function podOnLostNode(pod: string, node: string | undefined): string {
  return `The run is over, but Pod ${pod} still stands on node ${node ?? '(unknown)'}, which does not answer. The pool replaces this Worker, which goes when the Pod does: when the node is back, or its Node object is removed.`;
}

export function stopPending(reason: string, endAt: Date): string {
  return `The run was asked to stop (${reason || 'no reason was given'}), and goes on: launcher-grpc does not carry the stop out. Its Pod is ended at ${wholeSeconds(endAt)}.`;
}

export function stopEnforced(reason: string): string {
  return `The run was asked to stop (${reason || 'no reason was given'}), and launcher-grpc did not carry the stop out, so its Pod was ended.`;
}

/** A deleted Worker that still has to wait. */
export function workerLeaves(runId: string | undefined): string {
  const run = runId === undefined ? 'its run' : `run ${runId}`;
  return `The Worker was deleted. It gets no further run, and goes when ${run} is over and the control plane agrees.`;
}

export function workerLeavesUnasked(at: Date): string {
  return `The Worker was deleted, but the control plane cannot be asked. It goes at ${wholeSeconds(at)}, by when no run can be given to it.`;
}

function wholeSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

export function podRefusedByNode(node: string | undefined, detail: string): string {
  return `The Pod was refused${onNode(node)}: ${endSentence(detail)}`;
}

export function endedWithoutResult(detail: string): string {
  return `The run's Pod ended without a result${detail ? `: ${endSentence(detail)}` : '.'}`;
}

/** The path of the field that a container is set by. */
function fieldOf(container: string): string {
  switch (container) {
    case CONTAINER.init:
      return 'spec.pod.initContainer';
    case CONTAINER.relay:
      return 'spec.pod.grpcServerContainer';
    case CONTAINER.worker:
      return 'spec.pod.workerContainer';
    default:
      return `the entry "${container}", unless a webhook added it, of spec.pod.customInitContainers or additionalSidecarContainers`;
  }
}

function memoryField(container: string): string {
  const isBuiltIn = Object.values<string>(CONTAINER).includes(container);
  return isBuiltIn
    ? `${fieldOf(container)}.resources.limits.memory`
    : `resources.limits.memory in ${fieldOf(container)}`;
}

function whereImageIsSet(ref: PoolRef, container: string): string {
  if (container === CONTAINER.worker) return `in the stack, or in spec.pod.defaultRunnerImage of ${pool(ref)}`;
  if (container === CONTAINER.init || container === CONTAINER.relay) return `in spec.pod.launcherImage of ${pool(ref)}`;
  return `in ${fieldOf(container)} of ${pool(ref)}`;
}

function onNode(node: string | undefined): string {
  return node ? ` on node ${node}` : '';
}
