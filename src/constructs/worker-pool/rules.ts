import type { Duration } from 'cdk8s';
import { DnsPolicy, type IResource, type Resource, type Volume, type VolumeMount } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { ANNOTATION, LABEL, MOUNTS, PATH, VOLUME, type SecurityContext } from '../../api';
import { processNamespaceProblems } from '../../api/worker-pool/process-namespace';
import { LIMIT, RESERVED_CONTAINER_NAMES, SENTENCE } from '../../api/worker-pool/rules';
import { OBJECT } from '../../charting/kubernetes-names';
import { checkRule, checkWholeNumber, invalidProp } from '../shared/checks';
import { containerSecurityContext, podSecurityContext } from '../shared/security-context';
import type { RunContainerProps } from './run-container';
import type { RunPodDns, RunPodProps } from './run-pod';
import { accessModes, type SpecialVolume } from './volumes';
import { CommsProtocol, type WorkerPoolOptions } from './worker-pool-options';

/*
 * What a WorkerPool refuses, in this order. At once, on the property: `checkPool`, `checkRunPod` and, as they are added,
 * `checkPodLabel` and `checkPodAnnotation`; then `checkPoolName`, which may be generated. At synthesis, when everything
 * is known, all together: `contradictions`. Limits and sentences are the API's, where the API knows the rule.
 */

/** Refuses what the API would refuse of the pool's own properties. */
export function checkPool(scope: Construct, id: string, props: WorkerPoolOptions): void {
  checkSize(scope, id, props);
  checkHistories(scope, id, props);
  checkRegistration(scope, id, props);
  checkConnection(scope, id, props);
  checkHosts(scope, id, props.allowedRunnerImageHosts ?? []);
}

function checkSize(scope: Construct, id: string, { poolSize = 0 }: WorkerPoolOptions): void {
  checkWholeNumber(scope, id, 'poolSize', poolSize, 0);
  if (poolSize > LIMIT.poolSize) throw invalidProp(scope, id, 'poolSize', poolSize, SENTENCE.poolSize);
}

function checkHistories(scope: Construct, id: string, props: WorkerPoolOptions): void {
  for (const history of ['successfulPodsHistory', 'failedPodsHistory'] as const) {
    checkWholeNumber(scope, id, `${history}.limit`, props[history]?.limit, 0);
    checkWholeSeconds(scope, id, `${history}.ttl`, props[history]?.ttl, 0);
  }
}

/** A pool with token and key ignores what only one that registers itself needs. */
function checkRegistration(scope: Construct, id: string, props: WorkerPoolOptions): void {
  const { token, privateKey } = props;
  if (!token && privateKey) throw invalidProp(scope, id, 'token', undefined, SENTENCE.tokenAndKey);
  if (token && !privateKey) throw invalidProp(scope, id, 'privateKey', undefined, SENTENCE.tokenAndKey);
  if (!token) return;
  for (const prop of ['apiCredentials', 'space', 'description', 'driftDetection'] as const) {
    const value = props[prop];
    if (value === undefined) continue;
    throw invalidProp(scope, id, prop, typeof value === 'string' ? value : 'set', SENTENCE.onlyRegistering);
  }
}

function checkConnection(scope: Construct, id: string, props: WorkerPoolOptions): void {
  checkWholeNumber(scope, id, 'mqttReconnectRetryCount', props.mqttReconnectRetryCount);
  const { commsProtocol, pollCommsUrl = '' } = props;
  if (commsProtocol === CommsProtocol.POLL && pollCommsUrl === '') {
    throw invalidProp(scope, id, 'pollCommsUrl', props.pollCommsUrl, SENTENCE.pollUrl);
  }
  if (pollCommsUrl !== '' && !isHttpUrl(pollCommsUrl)) {
    throw invalidProp(scope, id, 'pollCommsUrl', pollCommsUrl, SENTENCE.httpUrl);
  }
  if (commsProtocol !== CommsProtocol.POLL && pollCommsUrl !== '') {
    throw invalidProp(scope, id, 'pollCommsUrl', pollCommsUrl, SENTENCE.onlyPolling);
  }
}

function checkHosts(scope: Construct, id: string, hosts: readonly string[]): void {
  const prop = 'allowedRunnerImageHosts';
  const wrong = hosts.find((host) => host === '' || host.includes('/') || host.length > LIMIT.hostAndPort);
  if (wrong !== undefined) throw invalidProp(scope, id, prop, wrong, SENTENCE.registryHost);
  if (hosts.length <= LIMIT.items) return;
  throw invalidProp(scope, id, prop, `${hosts.length} hosts`, `it has ${LIMIT.items} at most`);
}

/** Refuses a name that the API would refuse, or that Workers could not begin with. */
export function checkPoolName(scope: Construct, id: string, name: string): void {
  if (name.length > LIMIT.poolName) throw invalidProp(scope, id, 'metadata.name', name, SENTENCE.poolName);
  checkRule(scope, id, 'metadata.name', OBJECT, name);
}

/** Refuses what the API, or later the API server, would refuse of a run Pod's single properties. */
export function checkRunPod(pool: Construct, props: RunPodProps): void {
  checkWholeSeconds(pool, '', 'pod.activeDeadline', props.activeDeadline, 1);
  checkWholeSeconds(pool, '', 'pod.terminationGracePeriod', props.terminationGracePeriod, 0);
  for (const [key, value] of Object.entries(props.labels ?? {})) checkPodLabel(pool, key, value);
  for (const key of Object.keys(props.annotations ?? {})) checkPodAnnotation(pool, key);
  if (props.initContainer?.lifecycle) {
    const allowed = 'Kubernetes has no hooks for init containers: leave it out';
    throw invalidProp(pool, '', 'pod.initContainer.lifecycle', 'set', allowed);
  }
  if (props.dns) checkDns(pool, props.dns);
  const { shareProcessNamespace } = props;
  const [problem] = processNamespaceProblems({
    shareProcessNamespace,
    securityContext: podSecurityContext(props.securityContext ?? {}),
    grpcServerContainer: { securityContext: securityContextOf(props.grpcServerContainer) },
    workerContainer: { securityContext: securityContextOf(props.workerContainer) },
  });
  if (problem) throw invalidProp(pool, '', 'pod.shareProcessNamespace', shareProcessNamespace, problem);
}

function securityContextOf(props: RunContainerProps | undefined): SecurityContext {
  return containerSecurityContext(props?.securityContext ?? {});
}

const LABEL_VALUE = /^([a-zA-Z0-9]([-\w.]{0,61}[a-zA-Z0-9])?)?$/;
const QUALIFIED_NAME = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[a-zA-Z0-9]([-\w.]{0,61}[a-zA-Z0-9])?$/;
const NAME_FORM = 'it has a prefix such as "example.com/" or none, then at most 63 letters, digits, "-", "_" and "."';
const LABELS_OF_THE_OPERATOR: readonly string[] = [LABEL.workerPool, LABEL.worker, LABEL.runId];

/** Refuses a label that no Pod can have, and one that the operator would overwrite. */
export function checkPodLabel(pool: Construct, key: string, value: string): void {
  if (!QUALIFIED_NAME.test(key)) throw invalidProp(pool, '', 'the key of a Pod label', key, NAME_FORM);
  if (LABELS_OF_THE_OPERATOR.includes(key)) {
    throw invalidProp(pool, '', `Pod label "${key}"`, value, 'the operator sets this label itself: choose another key');
  }
  if (!LABEL_VALUE.test(value)) {
    const allowed =
      'it is empty or has at most 63 letters, digits, "-", "_" and ".", with a letter or a digit at either end';
    throw invalidProp(pool, '', `Pod label "${key}"`, value, allowed);
  }
}

/** Refuses an annotation that no Pod can have, and one that the operator would overwrite. */
export function checkPodAnnotation(pool: Construct, key: string): void {
  if (!QUALIFIED_NAME.test(key)) throw invalidProp(pool, '', 'the key of a Pod annotation', key, NAME_FORM);
  if (Object.values<string>(ANNOTATION).includes(key)) {
    const allowed = 'the operator sets this annotation itself: choose another key';
    throw invalidProp(pool, '', 'the key of a Pod annotation', key, allowed);
  }
}

function checkDns(pool: Construct, { nameservers, policy }: RunPodDns): void {
  if ((nameservers ?? []).length > 3) {
    throw invalidProp(pool, '', 'pod.dns.nameservers', nameservers, 'Kubernetes takes 3 of them at most');
  }
  if (policy === DnsPolicy.NONE && !nameservers?.length) {
    throw invalidProp(pool, '', 'pod.dns.nameservers', nameservers, 'the policy NONE needs one at least');
  }
}

function checkWholeSeconds(
  scope: Construct,
  id: string,
  prop: string,
  duration: Duration | undefined,
  minimum: number,
): void {
  const seconds = duration?.toSeconds({ integral: false });
  if (seconds === undefined || (Number.isInteger(seconds) && seconds >= minimum)) return;
  throw invalidProp(scope, id, prop, `${seconds}s`, `it must be a whole number of seconds from ${minimum} up`);
}

function isHttpUrl(value: string): boolean {
  if (value.length > LIMIT.url || !URL.canParse(value)) return false;
  return ['http:', 'https:'].includes(new URL(value).protocol);
}

/** A pool with all that was added to it, as far as its parts can contradict one another. */
export interface PoolParts {
  readonly poolSize?: number;
  readonly hasAutoscaler: boolean;
  readonly namespace?: string;
  readonly references: readonly Reference[];
  readonly workspace: SpecialVolume;
  readonly cache: SpecialVolume;
  /** Volumes of the Pod beside the two special ones. */
  readonly volumes: readonly Volume[];
  readonly builtIn: Readonly<Record<keyof typeof MOUNTS, ContainerParts>>;
  readonly initContainers: readonly ContainerParts[];
  readonly sidecars: readonly ContainerParts[];
}

/** An object that a pool knows by its name alone, so that it must lie in the pool's namespace. */
export interface Reference {
  /** The property that refers to it. */
  readonly prop: string;
  readonly to: IResource | undefined;
}

export interface ContainerParts {
  readonly name: string;
  readonly mounts: readonly VolumeMount[];
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_LABEL_FORM = 'lowercase letters, digits and "-", with a letter or a digit at either end, 63 at most';

/** What cannot work together, in sentences; cdk8s puts the pool's path before each. */
export function contradictions(parts: PoolParts): string[] {
  return [
    ...sizeProblems(parts),
    ...volumeProblems(parts),
    ...containerProblems(parts),
    ...mountProblems(parts),
    ...namespaceProblems(parts),
  ];
}

function sizeProblems({ poolSize, hasAutoscaler, workspace, cache }: PoolParts): string[] {
  const problems = [];
  if (poolSize !== undefined && hasAutoscaler) {
    problems.push(`poolSize is ${poolSize}, but an autoscaler sets the size of this pool; leave poolSize out`);
  }
  const size = hasAutoscaler ? 'the pool has an autoscaler' : `poolSize is ${poolSize}`;
  const hasSeveral = hasAutoscaler || (poolSize ?? 1) > 1;
  if (workspace.claim && hasSeveral) {
    problems.push(
      `pod.workspace is the claim "${workspace.claim.name}", but ${size}; each run empties the workspace, so that a ` +
        'claim serves one Worker: use WorkspaceVolume.ephemeral()',
    );
  }
  const modes = accessModes(cache.claim) ?? ['ReadWriteMany'];
  const allowed = hasSeveral ? 'it must be ReadWriteMany' : 'runs write to the cache';
  if (!modes.includes('ReadWriteMany') && (hasSeveral || modes.every((mode) => mode === 'ReadOnlyMany'))) {
    const reason = hasSeveral ? `but ${size}` : 'which cannot be written';
    problems.push(
      `pod.binariesCache is the claim "${cache.claim?.name}" of ${modes.join(', ')}, ${reason}; ${allowed}`,
    );
  }
  return problems;
}

function volumeProblems({ workspace, cache, ...parts }: PoolParts): string[] {
  const containers = [...Object.values(parts.builtIn), ...parts.initContainers, ...parts.sidecars];
  const mounted = containers.flatMap(({ mounts }) => mounts.map(({ volume }) => volume));
  const all = [...new Set([...parts.volumes, ...mounted])];
  const others = all.filter((volume) => volume !== workspace.volume && volume !== cache.volume);
  const names = others.map(({ name }) => name);
  const problems: string[] = [];
  const add = (name: string, sentence: string) => problems.push(`a volume is named "${name}"; ${sentence}`);
  if (workspace.volume.name === cache.volume.name) add(cache.volume.name, SENTENCE.specialVolumes);
  for (const name of new Set(names)) {
    if (name === workspace.volume.name) add(name, SENTENCE.volumeName('workspaceVolume'));
    else if (name === cache.volume.name) add(name, SENTENCE.volumeName('binariesCacheVolume'));
    else if (names.indexOf(name) !== names.lastIndexOf(name)) add(name, 'so is another: names of volumes must differ');
  }
  for (const { name } of [workspace.volume, cache.volume, ...others]) {
    if (RESERVED_VOLUME_NAMES.includes(name)) add(name, 'the operator has a volume of that name: choose another');
    if (!DNS_LABEL.test(name)) add(name, `it must have ${DNS_LABEL_FORM}`);
  }
  if (others.length > LIMIT.items)
    problems.push(`pod.volumes has ${others.length} items; it has ${LIMIT.items} at most`);
  return problems;
}

const RESERVED_VOLUME_NAMES: readonly string[] = [VOLUME.binaries, VOLUME.exchange, VOLUME.credentials];

function containerProblems({ initContainers, sidecars }: PoolParts): string[] {
  const names = [...initContainers, ...sidecars].map(({ name }) => name);
  const ofList = (list: string, containers: readonly ContainerParts[]) => [
    ...containers
      .filter(({ name }) => RESERVED_CONTAINER_NAMES.includes(name))
      .map(({ name }) => `a container is named "${name}"; ${SENTENCE.containerName(list)}`),
    ...(containers.length > LIMIT.items
      ? [`${list} has ${containers.length} items; it has ${LIMIT.items} at most`]
      : []),
  ];
  return [
    ...ofList('pod.initContainers', initContainers),
    ...ofList('pod.sidecars', sidecars),
    ...[...new Set(names)].flatMap((name) => [
      ...(names.indexOf(name) === names.lastIndexOf(name)
        ? []
        : [`a container is named "${name}"; so is another: names of containers must differ`]),
      ...(DNS_LABEL.test(name) ? [] : [`a container is named "${name}"; it must have ${DNS_LABEL_FORM}`]),
    ]),
  ];
}

function mountProblems({ builtIn, initContainers, sidecars }: PoolParts): string[] {
  const ofOurs = Object.entries(builtIn).flatMap(([key, container]) => {
    const taken = MOUNTS[key as keyof typeof MOUNTS].map((volume): string => PATH[volume]);
    return mountsOf(container, taken);
  });
  return [...ofOurs, ...[...initContainers, ...sidecars].flatMap((container) => mountsOf(container, []))];
}

function mountsOf({ name, mounts }: ContainerParts, taken: readonly string[]): string[] {
  const paths = mounts.map(({ path }) => path.replace(/(?<=.)\/+$/, ''));
  return [...new Set(paths)].flatMap((path) => {
    const says = (sentence: string) => [`container "${name}" mounts a volume at "${path}"; ${sentence}`];
    if (!path.startsWith('/') || path.includes(':')) return says('the path must be absolute and without ":"');
    if (taken.includes(path)) return says('the operator mounts one there itself: choose another path');
    if (paths.indexOf(path) !== paths.lastIndexOf(path)) return says('and another one, too: paths must differ');
    return [];
  });
}

/** Objects that are only named, or have no namespace yet, may lie anywhere. */
function namespaceProblems({ references, namespace }: PoolParts): string[] {
  return references.flatMap(({ prop, to }) => {
    // Not instanceof: an app may have a second copy of cdk8s-plus.
    const other = (to as Partial<Resource> | undefined)?.metadata?.namespace;
    if (to === undefined || other === undefined || namespace === undefined || other === namespace) return [];
    return [
      `${prop} is the ${to.kind} "${to.name}" of the namespace "${other}", but the pool is in "${namespace}"; ` +
        'they must share a namespace',
    ];
  });
}
