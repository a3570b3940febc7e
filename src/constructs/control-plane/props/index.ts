import type { Duration } from 'cdk8s';
import type { ISecret } from 'cdk8s-plus-28';
import type { ControlPlaneExposureProps } from './exposure';
import type { ControlPlaneObservabilityProps } from './observability';
import type { ControlPlanePodProps } from './pod';
import type { ControlPlaneLogLevel, ControlPlaneRetention, ControlPlaneWeb } from './serving';
import type { ControlPlaneStorageProps } from './storage';

/** Properties of a `WorkerPoolControlPlane`. */
export interface WorkerPoolControlPlaneProps
  extends ControlPlaneStorageProps, ControlPlaneExposureProps, ControlPlaneObservabilityProps, ControlPlanePodProps {
  /**
   * Name of the objects.
   *
   * @default "worker-pools-control-plane"
   */
  readonly name?: string;

  /**
   * Namespace of the control plane.
   *
   * @default - the chart's namespace; an error where it has none
   */
  readonly namespace?: string;

  /**
   * Labels of every object and of the Pod. Those that it has anyway win.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations of every object and of the Pod.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;

  /**
   * Number of Pods. Several need everything outside of them: database, keys, blobs and MQTT broker. 0 stops the control
   * plane, as for a restore; runs that have started go on meanwhile.
   *
   * @default 1
   */
  readonly replicas?: number;

  /**
   * Image of the control plane, with its tag or digest.
   *
   * @default - "cdk8s-worker-pools/control-plane" in this package's version
   */
  readonly image?: string;

  /**
   * Image of the containers `init` and `launcher-grpc` of run Pods.
   *
   * @default - "cdk8s-worker-pools/launcher" in this package's version
   */
  readonly launcherImage?: string;

  /**
   * Image of the container `worker` for stacks that name none.
   *
   * @default - "cdk8s-worker-pools/runner" in this package's version
   */
  readonly defaultRunnerImage?: string;

  /**
   * Image of the container `worker` for stacks that Ansible runs, and that name none.
   *
   * @default - "public.ecr.aws/spacelift/runner-ansible:latest"
   */
  readonly defaultAnsibleRunnerImage?: string;

  /**
   * Address that operators and run Pods reach the control plane at. It is written into every token, so decide on it first.
   *
   * @default - the Service's, `https://<name>.<namespace>.svc:8443`, which only its own cluster reaches
   */
  readonly publicUrl?: string;

  /**
   * Secret with the API key of people and programs: keys `id` and `secret`, the latter of at least 16 characters.
   *
   * @default - admin-key.json of `keysSecret`; else made at the first start and kept on the volume
   */
  readonly apiKeySecret?: ISecret;

  /**
   * Who may look at the web page.
   *
   * @default ControlPlaneWeb.API_KEY
   */
  readonly web?: ControlPlaneWeb;

  /**
   * Least level that is logged.
   *
   * @default ControlPlaneLogLevel.INFO
   */
  readonly logLevel?: ControlPlaneLogLevel;

  /**
   * Time that a run Pod may take to start, in whole seconds.
   *
   * @default - as long as the program has it
   */
  readonly startDeadline?: Duration;

  /**
   * What is kept of what is over.
   *
   * @default - runs for a year and logs for 90 days, as the program has it
   */
  readonly retention?: ControlPlaneRetention;

  /**
   * More arguments of the control plane. They win over what else is set.
   *
   * @default - none
   */
  readonly extraArgs?: string[];

  /**
   * Time that requests under way have to end when a Pod is stopped, in whole seconds. Less than `terminationGracePeriod`.
   *
   * @default Duration.seconds(25)
   */
  readonly shutdownGrace?: Duration;
}
