import type { WorkerPoolPod } from '../../src/api';
import { PROCESS_NAMESPACE_SENTENCE } from '../../src/api/worker-pool/process-namespace';

const { users, powers } = PROCESS_NAMESPACE_SENTENCE;
const worker = (securityContext: object): WorkerPoolPod => ({ workerContainer: { securityContext } });

/** Pods that share their process namespace, and what is said where a run could read the private key of its pool. */
export const SHARED_PROCESSES: readonly (readonly [string, WorkerPoolPod, string | undefined])[] = [
  ['nothing else', {}, undefined],
  ['a user of the Pod', { securityContext: { runAsUser: 1000 } }, undefined],
  ['a worker of another user', worker({ runAsUser: 1000 }), undefined],
  ['a worker that is root, without capabilities', worker({ runAsUser: 0 }), undefined],
  ['a worker that says what is the default', worker({ privileged: false, allowPrivilegeEscalation: false }), undefined],
  ['a worker that drops all capabilities', worker({ capabilities: { drop: ['ALL'] } }), undefined],
  ['a relay of another user', { grpcServerContainer: { securityContext: { runAsUser: 1000 } } }, undefined],
  ['a relay of the default user', { grpcServerContainer: { securityContext: { runAsUser: 1983 } } }, users],
  [
    'a relay of the user of the Pod',
    { securityContext: { runAsUser: 1000 }, grpcServerContainer: { securityContext: { runAsUser: 1000 } } },
    users,
  ],
  [
    'a relay of the user of the worker',
    { ...worker({ runAsUser: 1000 }), grpcServerContainer: { securityContext: { runAsUser: 1000 } } },
    users,
  ],
  ['a privileged worker', worker({ privileged: true }), powers],
  ['a worker that may gain privileges', worker({ allowPrivilegeEscalation: true }), powers],
  ['a worker with a capability', worker({ capabilities: { drop: ['ALL'], add: ['SYS_PTRACE'] } }), powers],
  ['a worker that keeps some capabilities', worker({ capabilities: { drop: ['NET_RAW'] } }), powers],
  ['a worker that adds no capability and drops none', worker({ capabilities: {} }), powers],
];
