/**
 * The vocabulary of conditions and event reasons. `decide` functions use these and nothing else; an event's reason is
 * the reason of the condition that changed, except where Spacelift's documentation names one.
 */

export const POOL_CONDITION = {
  /** Roll-up: True when the pool is registered, nothing is known against its Pod template and as many Workers stand as are wanted. */
  ready: 'Ready',
  /** True when token and key could be read and belong together, and the control plane accepted them. */
  registered: 'Registered',
  /** True when the API server would take a run Pod made from `spec.pod` (server-side dry run). Unknown when it could not say. */
  podTemplateValid: 'PodTemplateValid',
} as const;

export const WORKER_CONDITION = {
  /** True when the control plane knows the Worker and may assign runs to it. */
  registered: 'Registered',
  /** True, with reason and sentence, while the Worker waits for something that is not its run. Absent otherwise. */
  waiting: 'Waiting',
  /** False, with reason and sentence, while a run assigned to the Worker waits for its Pod to start. Absent when idle. */
  runPodStarted: 'RunPodStarted',
} as const;

export const REASON = {
  registered: 'Registered',
  ready: 'Ready',
  scaling: 'Scaling',
  draining: 'Draining',
  accepted: 'Accepted',
  /** The first connection to the control plane is being made. */
  connecting: 'Connecting',
  /** The first dry run of a run Pod is under way. */
  checking: 'Checking',
  /** A dry run would say nothing of the pool's run Pods: a webhook does not support it, or the images are not known yet. */
  notChecked: 'NotChecked',
  /** `spec.token` and `spec.privateKey` are not set. */
  credentialsMissing: 'CredentialsMissing',
  /** A Secret or a key in it is missing. */
  secretNotFound: 'SecretNotFound',
  /** The API server does not let the controller read the Secrets, or cannot. */
  secretUnreadable: 'SecretUnreadable',
  /** The token is not base64 of the JSON that the control plane hands out. */
  tokenInvalid: 'TokenInvalid',
  /** The private key is not base64 of a PEM key. */
  privateKeyInvalid: 'PrivateKeyInvalid',
  /** Token and private key belong to different pools. */
  credentialsMismatch: 'CredentialsMismatch',
  /** The control plane refuses the pool's credentials (pool deleted, or reset with another key). */
  credentialsRejected: 'CredentialsRejected',
  controlPlaneUnreachable: 'ControlPlaneUnreachable',
  controlPlaneCertificateInvalid: 'ControlPlaneCertificateInvalid',
  /** The control plane answers, but not in this controller's version of the protocol. */
  protocolError: 'ProtocolError',
  podInvalid: 'PodInvalid',
  podRefused: 'PodRefused',
  /** The API server does not take new Worker objects. */
  workerRefused: 'WorkerRefused',
  quotaExceeded: 'QuotaExceeded',
  /** An admission webhook does not answer, so the API server takes nothing that it must be asked about. */
  webhookUnavailable: 'WebhookUnavailable',
  /** The controller's own role lacks a right. */
  permissionDenied: 'PermissionDenied',
  namespaceTerminating: 'NamespaceTerminating',
  /** The API server failed, or did not answer. */
  apiServerUnavailable: 'APIServerUnavailable',
  imagePull: 'ImagePull',
  unschedulable: 'Unschedulable',
  /** Somebody holds the Pod back from the scheduler. */
  schedulingGated: 'SchedulingGated',
  containerConfig: 'ContainerConfig',
  podStarted: 'PodStarted',
  podPending: 'PodPending',
  /** The node of a run's Pod no longer answers. */
  nodeLost: 'NodeLost',
  /** A run was stopped, and its Pod goes on. */
  stopPending: 'StopPending',
  /** Somebody deleted the Worker. */
  deleting: 'Deleting',
} as const;

/** Events of pools, of type Warning, from `workerpool-controller`; the first is Spacelift's documented one. */
export const EVENT_REASON = {
  workerPoolCannotRegister: 'WorkerPoolCannotRegister',
  /** The drain protection that was asked for cannot be made. */
  runsUnprotected: 'RunsUnprotected',
} as const;

export const EVENT_SOURCE = 'workerpool-controller';

export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** A condition as metav1.Condition has it. */
export interface Condition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}
