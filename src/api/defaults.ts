/*
 * What applies where nobody says otherwise, and where more than one of constructs, charts, controller, control plane and
 * command line needs to know it. A default that one place alone goes by stands there.
 */

/** Fields of a WorkerPool. */
/** The runner image that Spacelift documents for Ansible; it has a user 1983 and ps. */
export const ANSIBLE_RUNNER_IMAGE = 'public.ecr.aws/spacelift/runner-ansible:latest';

export const DEFAULTS = {
  poolSize: 1,
  activeDeadlineSeconds: 4200,
  terminationGracePeriodSeconds: 30,
  failedPodsHistoryLimit: 5,
  successfulPodsHistoryLimit: 0,
  mqttReconnectRetryCount: 5,
} as const;

/** The controller's leader election: client-go's usual values. */
export const LEADER_ELECTION_SECONDS = { leaseDuration: 15, renewDeadline: 10, retryPeriod: 2 } as const;

/** Where the controller tells of its health. */
export const HEALTH_PORT = 8081;

/** Where the bundled control plane listens. */
export const CONTROL_PLANE_PORT = { https: 8443, mqtts: 8883 } as const;

/** How long a control plane that is told to stop waits for what is under way: less than the 30 s that Kubernetes gives. */
export const SHUTDOWN_GRACE_SECONDS = 25;

/** How long a replica that is told to stop is still sent new connections: Services and load balancers hear of it late. */
export const SHUTDOWN_DELAY_SECONDS = 5;

/** How long a run Pod may take to start, as the bundled control plane has it. */
export const START_DEADLINE_SECONDS = 900;

/** For how long the bundled control plane keeps what is over, and how much of it. */
export const RETENTION = {
  runDays: 365,
  runsPerStack: 50,
  logDays: 90,
  logMiBPerRun: 64,
  stateVersions: 100,
  auditDays: 365,
  auditEntries: 500_000,
} as const;
