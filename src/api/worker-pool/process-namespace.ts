import { RUN_AS } from '../names';
import type { ValidationRule } from '../schema';
import type { PodSecurityContext, SecurityContext } from '../kubernetes.generated';

/**
 * With `shareProcessNamespace` a process sees the others through /proc, and the kernel shows it the files of those that run
 * as the same user, and everything to one with enough capabilities. `launcher-grpc` holds the private key of the pool,
 * and `worker` runs what stacks bring along: so the two must be of different users, and `worker` must have no way to
 * become another. Each rule stands here twice, for the API server and for the constructs and the controller.
 */

/** What of `spec.pod` decides about it. */
export interface ProcessNamespace {
  readonly shareProcessNamespace?: boolean;
  readonly securityContext?: PodSecurityContext;
  readonly grpcServerContainer?: { readonly securityContext?: SecurityContext };
  readonly workerContainer?: { readonly securityContext?: SecurityContext };
}

export const PROCESS_NAMESPACE_SENTENCE = {
  users:
    'with shareProcessNamespace, grpcServerContainer must not run as the user of workerContainer: a run could read the ' +
    'private key of the pool',
  powers:
    'with shareProcessNamespace, workerContainer must not be privileged, allow privilege escalation, or have ' +
    'capabilities other than drop: [ALL]: a run could read the private key of the pool',
} as const;

/** The user of `launcher-grpc` where the pool names none and its processes can be seen. */
export function separateUser(pod: ProcessNamespace): number {
  return userOfWorker(pod) === RUN_AS + 1 ? RUN_AS : RUN_AS + 1;
}

/** Why a run could read the private key of the pool; empty when it cannot. */
export function processNamespaceProblems(pod: ProcessNamespace): string[] {
  if (!pod.shareProcessNamespace) return [];
  const { privileged, allowPrivilegeEscalation, capabilities } = pod.workerContainer?.securityContext ?? {};
  const isWeak = !privileged && !allowPrivilegeEscalation && (!capabilities || dropsAll(capabilities));
  const relay = pod.grpcServerContainer?.securityContext?.runAsUser;
  return [
    ...(relay !== undefined && relay === userOfWorker(pod) ? [PROCESS_NAMESPACE_SENTENCE.users] : []),
    ...(isWeak ? [] : [PROCESS_NAMESPACE_SENTENCE.powers]),
  ];
}

function userOfWorker({ workerContainer, securityContext }: ProcessNamespace): number {
  return workerContainer?.securityContext?.runAsUser ?? securityContext?.runAsUser ?? RUN_AS;
}

function dropsAll({ add = [], drop = [] }: NonNullable<SecurityContext['capabilities']>): boolean {
  return add.length === 0 && drop.length === 1 && drop[0] === 'ALL';
}

const isShared = '(has(self.shareProcessNamespace) && self.shareProcessNamespace)';
const relayUser = 'grpcServerContainer.securityContext.runAsUser';
const workerUser = 'workerContainer.securityContext.runAsUser';
const podUser = 'securityContext.runAsUser';
const worker = 'workerContainer.securityContext';
const capabilities = `self.${worker}.capabilities`;

export const PROCESS_NAMESPACE_RULES: readonly ValidationRule[] = [
  {
    rule:
      `!${isShared} || !(${isGiven(relayUser)}) || self.${relayUser} != ` +
      `(${isGiven(workerUser)} ? self.${workerUser} : ${isGiven(podUser)} ? self.${podUser} : ${RUN_AS})`,
    message: PROCESS_NAMESPACE_SENTENCE.users,
  },
  {
    rule:
      `!${isShared} || !(${isGiven(worker)}) || (` +
      `!(has(self.${worker}.privileged) && self.${worker}.privileged) && ` +
      `!(has(self.${worker}.allowPrivilegeEscalation) && self.${worker}.allowPrivilegeEscalation) && ` +
      `(!has(${capabilities}) || (!(has(${capabilities}.add) && size(${capabilities}.add) > 0) && ` +
      `has(${capabilities}.drop) && size(${capabilities}.drop) == 1 && ${capabilities}.drop[0] == 'ALL')))`,
    message: PROCESS_NAMESPACE_SENTENCE.powers,
  },
];

/** Whether every part of the path is there. */
function isGiven(path: string): string {
  const parts = path.split('.');
  return parts.map((_, index) => `has(self.${parts.slice(0, index + 1).join('.')})`).join(' && ');
}
