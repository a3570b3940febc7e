import type { Duration } from 'cdk8s';
import { DnsPolicy, type PodDnsProps } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { ANNOTATION, LABEL, type SecurityContext } from '../../api';
import { processNamespaceProblems } from '../../api/worker-pool/process-namespace';
import { LIMIT, SENTENCE } from '../../api/worker-pool/rules';
import { checkWholeNumber, invalidProp } from '../shared/checks';
import { CommsProtocol } from './comms-protocol';
import type { RunContainerProps } from './run-container';
import type { RunPodProps } from './run-pod';
import { containerSecurityContext, podSecurityContext } from '../shared/security-context';
import type { WorkerPoolProps } from './worker-pool-props';

/** Refuses at once what the API would refuse of a pool's own properties; limits and sentences are the API's. */
export function checkProps(scope: Construct, id: string, props: WorkerPoolProps): void {
  const { poolSize = 0, token, privateKey } = props;
  checkWholeNumber(scope, id, 'poolSize', poolSize, 0);
  if (poolSize > LIMIT.poolSize) throw invalidProp(scope, id, 'poolSize', poolSize, SENTENCE.poolSize);
  if (!token && privateKey) throw invalidProp(scope, id, 'token', undefined, SENTENCE.tokenAndKey);
  if (token && !privateKey) throw invalidProp(scope, id, 'privateKey', undefined, SENTENCE.tokenAndKey);
  for (const history of ['successfulPodsHistory', 'failedPodsHistory'] as const) {
    checkWholeNumber(scope, id, `${history}.limit`, props[history]?.limit, 0);
    checkWholeSeconds(scope, id, `${history}.ttl`, props[history]?.ttl, 0);
  }
  checkRegistration(scope, id, props);
  checkConnection(scope, id, props);
  checkHosts(scope, id, props.allowedRunnerImageHosts ?? []);
}

/** What a pool with a token ignores would be a wish in vain. */
function checkRegistration(scope: Construct, id: string, props: WorkerPoolProps): void {
  if (!props.token) return;
  for (const prop of ['apiCredentials', 'space', 'description', 'driftDetection'] as const) {
    const value = props[prop];
    if (value === undefined) continue;
    throw invalidProp(scope, id, prop, typeof value === 'string' ? value : 'set', SENTENCE.onlyRegistering);
  }
}

function checkConnection(scope: Construct, id: string, props: WorkerPoolProps): void {
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
  if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) {
    const allowed = 'it has lower-case letters, digits, "-" and ".", and begins and ends with a letter or a digit';
    throw invalidProp(scope, id, 'metadata.name', name, allowed);
  }
}

/** Refuses at once what the API, or later the API server, would refuse of a run Pod's single properties. */
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

function checkDns(pool: Construct, dns: PodDnsProps): void {
  for (const prop of ['hostname', 'subdomain', 'hostnameAsFQDN'] as const) {
    if (dns[prop] !== undefined) {
      const allowed = 'run Pods are named by the operator: leave it out';
      throw invalidProp(pool, '', `pod.dns.${prop}`, dns[prop], allowed);
    }
  }
  const { nameservers = [], policy } = dns;
  if (nameservers.length > 3) {
    throw invalidProp(pool, '', 'pod.dns.nameservers', nameservers, 'Kubernetes takes 3 of them at most');
  }
  if (policy === DnsPolicy.NONE && nameservers.length === 0) {
    throw invalidProp(pool, '', 'pod.dns.nameservers', dns.nameservers, 'the policy NONE needs one at least');
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
