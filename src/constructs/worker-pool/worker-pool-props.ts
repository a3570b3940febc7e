import type { ResourceProps, SecretValue } from 'cdk8s-plus-28';
import type { WorkerPoolApiCredentials } from './api-credentials';
import type { CommsProtocol } from './comms-protocol';
import type { DriftDetection } from './drift-detection';
import type { IWorkerPoolExtension } from './extension';
import type { PodHistory } from './pod-history';
import type { RunPodProps } from './run-pod';

/** Properties of a `WorkerPool`. The labels in `metadata` are the pool's labels in the control plane. */
export interface WorkerPoolProps extends ResourceProps {
  /**
   * Where the pool's token lies: the file that the control plane hands out, as it is.
   *
   * Not yet carried out by the bundled controller: auto-registration; a pool without token and key stays unregistered,
   * as its conditions say.
   *
   * @default - the pool registers itself, with `apiCredentials` or the operator's API credentials
   */
  readonly token?: SecretValue;

  /**
   * Where the pool's private key lies: base64 of the PEM. Goes together with `token`.
   *
   * Not yet carried out by the bundled controller: auto-registration; a pool without token and key stays unregistered,
   * as its conditions say.
   *
   * @default - the pool registers itself, with `apiCredentials` or the operator's API credentials
   */
  readonly privateKey?: SecretValue;

  /**
   * Number of Workers, which is the number of runs at a time.
   *
   * @default - 1 for a new pool; an existing one keeps its size, so that an autoscaler may set it
   */
  readonly poolSize?: number;

  /**
   * API key with which the pool registers itself. Wins over the operator's.
   *
   * Not yet carried out by the bundled controller: auto-registration, to which this field belongs.
   *
   * @default - the operator's API credentials
   */
  readonly apiCredentials?: WorkerPoolApiCredentials;

  /**
   * ID of the space in which a pool that registers itself is made.
   *
   * Not yet carried out by the bundled controller: auto-registration, to which this field belongs.
   *
   * @default - the control plane chooses the space
   */
  readonly space?: string;

  /**
   * Description of a pool that registers itself.
   *
   * Not yet carried out by the bundled controller: auto-registration, to which this field belongs.
   *
   * @default - none
   */
  readonly description?: string;

  /**
   * How much drift detection a pool does that registers itself.
   *
   * Not yet carried out by the bundled controller: auto-registration, to which this field belongs.
   *
   * @default - as much as there is
   */
  readonly driftDetection?: DriftDetection;

  /**
   * Registry hosts that runner images may come from, such as "docker.io"; a run with another image fails.
   *
   * @default - every host
   */
  readonly allowedRunnerImageHosts?: string[];

  /**
   * How the operator talks to the control plane about this pool.
   *
   * @default CommsProtocol.MQTT
   */
  readonly commsProtocol?: CommsProtocol;

  /**
   * Base URL for long polling.
   *
   * @default - unset; required with CommsProtocol.POLL
   */
  readonly pollCommsUrl?: string;

  /**
   * Attempts to reconnect a lost MQTT session before the pool counts as unreachable. Attempts go on after that.
   *
   * @default 5
   */
  readonly mqttReconnectRetryCount?: number;

  /**
   * How long Pods of successful runs stay.
   *
   * @default - they are removed at once
   */
  readonly successfulPodsHistory?: PodHistory;

  /**
   * How long Pods of failed runs stay.
   *
   * @default - the newest 5 of each Worker stay
   */
  readonly failedPodsHistory?: PodHistory;

  /**
   * What run Pods look like; later Pods follow a change, those that run do not.
   *
   * @default - the operator's own Pod: emptyDir volumes, user 1983, 70 minutes
   */
  readonly pod?: RunPodProps;

  /**
   * Presets and standards of your own, applied in this order when everything else is set.
   *
   * @default - none
   */
  readonly extensions?: IWorkerPoolExtension[];
}
