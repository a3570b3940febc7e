/**
 * The vocabulary of conditions and event reasons. `decide` functions use these and nothing else; an event's reason is
 * the reason of the condition that changed, except where Spacelift's documentation names one.
 */

export const POOL_CONDITION = {
  ready: 'Ready',
  registered: 'Registered',
  podTemplateValid: 'PodTemplateValid',
} as const;

export const WORKER_CONDITION = {
  registered: 'Registered',
  waiting: 'Waiting',
  runPodStarted: 'RunPodStarted',
} as const;

export const REASON = {
  registered: 'Registered',
  ready: 'Ready',
  scaling: 'Scaling',
  draining: 'Draining',
  accepted: 'Accepted',
  connecting: 'Connecting',
  checking: 'Checking',
  notChecked: 'NotChecked',
  credentialsMissing: 'CredentialsMissing',
  secretNotFound: 'SecretNotFound',
  secretUnreadable: 'SecretUnreadable',
  tokenInvalid: 'TokenInvalid',
  privateKeyInvalid: 'PrivateKeyInvalid',
  credentialsMismatch: 'CredentialsMismatch',
  credentialsRejected: 'CredentialsRejected',
  controlPlaneUnreachable: 'ControlPlaneUnreachable',
  controlPlaneCertificateInvalid: 'ControlPlaneCertificateInvalid',
  protocolError: 'ProtocolError',
  apiCredentialsInvalid: 'APICredentialsInvalid',
  apiKeyRejected: 'APIKeyRejected',
  registrationRefused: 'RegistrationRefused',
  poolNameTaken: 'PoolNameTaken',
  poolLost: 'PoolLost',
  secretTaken: 'SecretTaken',
  secretRefused: 'SecretRefused',
  podInvalid: 'PodInvalid',
  podRefused: 'PodRefused',
  policyNotFound: 'PolicyNotFound',
  workerRefused: 'WorkerRefused',
  quotaExceeded: 'QuotaExceeded',
  webhookUnavailable: 'WebhookUnavailable',
  permissionDenied: 'PermissionDenied',
  namespaceTerminating: 'NamespaceTerminating',
  apiServerUnavailable: 'APIServerUnavailable',
  imagePull: 'ImagePull',
  unschedulable: 'Unschedulable',
  schedulingGated: 'SchedulingGated',
  containerConfig: 'ContainerConfig',
  podPending: 'PodPending',
  nodeLost: 'NodeLost',
  stopPending: 'StopPending',
  deleting: 'Deleting',
} as const;

/** Events of pools, of type Warning, from `workerpool-controller`; the first is Spacelift's documented one. */
export const EVENT_REASON = {
  workerPoolCannotRegister: 'WorkerPoolCannotRegister',
  runsUnprotected: 'RunsUnprotected',
} as const;

type Meanings<T extends Readonly<Record<string, string>>> = Readonly<Record<T[keyof T], string>>;

/** What each condition of a WorkerPool says. The generated reference is made of these, as of those below. */
export const POOL_CONDITION_MEANING: Meanings<typeof POOL_CONDITION> = {
  Ready:
    'Roll-up: True when the pool is registered, nothing is known against its Pod template and exactly the wanted number of Workers stands.',
  Registered: 'True when token and private key could be read and belong together, and the control plane accepted them.',
  PodTemplateValid:
    'True when the API server would accept a run Pod made from `spec.pod` (server-side dry run), and the initialization policy is where the Pod ' +
    'takes it from, as far as that is a ConfigMap. Unknown when it could not say.',
};

/** What each condition of a Worker says. */
export const WORKER_CONDITION_MEANING: Meanings<typeof WORKER_CONDITION> = {
  Registered: 'True when the control plane knows the Worker and may assign runs to it.',
  Waiting: 'True while the Worker waits for something other than its run. Absent otherwise.',
  RunPodStarted: 'False while a run assigned to the Worker waits for its Pod to start. Absent when the Worker is idle.',
};

export const REASON_MEANING: Meanings<typeof REASON> = {
  Registered: 'The control plane accepted the pool, or knows the Worker.',
  Ready: 'As many Workers stand as are wanted.',
  Scaling: 'Workers are being created.',
  Draining: 'The pool is being deleted, surplus Workers are leaving, or the control plane has retired the Worker.',
  Accepted: 'The API server accepts run Pods of this pool.',
  Connecting: 'The first connection to the control plane is being made.',
  Checking: 'The first dry run of a run Pod is under way.',
  NotChecked:
    "A dry run would say nothing about the pool's run Pods: a webhook does not support it, or the images are not known yet.",
  CredentialsMissing:
    '`spec.token` and `spec.privateKey` are not set, and there is no API key with which the pool could register itself.',
  SecretNotFound: 'A Secret, or a key in it, is missing.',
  SecretUnreadable: 'The API server did not let the controller read the Secret, or could not.',
  TokenInvalid: 'The token is not the base64 that the control plane hands out.',
  PrivateKeyInvalid: 'The private key is not base64 of a PEM key without a passphrase.',
  CredentialsMismatch: 'Token and private key belong to different pools.',
  CredentialsRejected:
    "The control plane refuses the pool's credentials: the pool was deleted there, or reset with another key.",
  ControlPlaneUnreachable: 'The control plane does not answer.',
  ControlPlaneCertificateInvalid: 'The certificate of the control plane is not trusted.',
  APICredentialsInvalid:
    'The Secret with the API key for registration lacks a value, or holds one that cannot be used.',
  APIKeyRejected:
    'The control plane does not take the API key for registration, or its role does not allow what is asked.',
  RegistrationRefused:
    'The control plane does not take what is asked for a pool that registers itself; its words follow.',
  PoolNameTaken: 'The control plane has a pool of this name that is not of this WorkerPool.',
  PoolLost: 'The pool that this WorkerPool had registered was deleted in the control plane.',
  SecretRefused: 'The API server does not admit the Secret in which the pool would keep its token.',
  SecretTaken: 'A Secret of the name under which the pool keeps its token is there, and is not of this WorkerPool.',
  ProtocolError: "The control plane answers, but not in this controller's version of the protocol.",
  PodInvalid: 'The API server refuses the run Pod as invalid.',
  PodRefused: 'The API server, or a policy of it, does not admit the run Pod.',
  PolicyNotFound: 'The ConfigMap of the initialization policy, or the key in it, is missing.',
  WorkerRefused: 'The API server does not admit new Worker objects.',
  QuotaExceeded: 'A ResourceQuota of the namespace has no room.',
  WebhookUnavailable:
    'An admission webhook does not answer, so the API server admits nothing that it has to ask it about.',
  PermissionDenied: "The controller's Role lacks a permission.",
  NamespaceTerminating: 'The namespace is being deleted.',
  APIServerUnavailable: 'The API server failed, or did not answer.',
  ImagePull: 'An image of the run Pod cannot be pulled.',
  Unschedulable: 'No node takes the run Pod.',
  SchedulingGated: 'A scheduling gate holds the run Pod back.',
  ContainerConfig: 'A container of the run Pod cannot be created or started.',
  PodPending: 'The run Pod exists and has not started yet.',
  NodeLost: "The node of the run's Pod no longer answers.",
  StopPending: 'A run was stopped, and its Pod goes on.',
  Deleting: 'The Worker is being deleted.',
};

export const EVENT_MEANING: Meanings<typeof EVENT_REASON> = {
  WorkerPoolCannotRegister:
    'The condition `Registered` of the pool became False; the message is the one of the condition.',
  RunsUnprotected: 'The drain protection that was asked for cannot be provided: runs of this namespace may be evicted.',
};

export const EVENT_SOURCE = 'workerpool-controller';
