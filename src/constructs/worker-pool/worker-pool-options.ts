import type { Duration } from 'cdk8s';
import type { ISecret, ResourceProps, SecretValue } from 'cdk8s-plus-28';
import type { DriftDetectionRunLimits } from '../../api';
import { isWholeNumber, wholeNumber } from '../../charting/rule';
import { invalidArgument } from '../shared/checks';
import type { RunPodProps } from './run-pod';

/** What a `WorkerPool` is made of. The labels in `metadata` are the pool's labels in the control plane. */
export interface WorkerPoolOptions extends ResourceProps {
  /**
   * Where the pool's token lies: the file that the control plane hands out, as it is.
   *
   * @default - the pool registers itself, with `apiCredentials` or the operator's API credentials
   */
  readonly token?: SecretValue;

  /**
   * Where the pool's private key lies: base64 of the PEM. Goes together with `token`.
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
   * @default - the operator's API credentials
   */
  readonly apiCredentials?: WorkerPoolApiCredentials;

  /**
   * ID of the space in which a pool that registers itself is made.
   *
   * @default - the control plane chooses the space
   */
  readonly space?: string;

  /**
   * Description of a pool that registers itself.
   *
   * @default - none
   */
  readonly description?: string;

  /**
   * How much drift detection a pool does that registers itself.
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
   * What run Pods look like. Later Pods follow a change, those that run do not.
   *
   * @default - the operator's own Pod: emptyDir volumes, user 1983, 70 minutes
   */
  readonly pod?: RunPodProps;
}

/** The Secret that holds the API key with which a pool registers itself. */
export interface WorkerPoolApiCredentials {
  /** The Secret, in the namespace of the pool. */
  readonly secret: ISecret;

  /**
   * Key of the Secret that holds the URL of the account, without a path.
   *
   * @default "endpoint"
   */
  readonly endpointKey?: string;

  /**
   * Key of the Secret that holds the ID of the API key.
   *
   * @default "keyId"
   */
  readonly keyIdKey?: string;

  /**
   * Key of the Secret that holds the secret of the API key.
   *
   * @default "keySecret"
   */
  readonly keySecretKey?: string;
}

/** Transports between operator and control plane. */
export enum CommsProtocol {
  /** A session of MQTT, over which the control plane announces runs. */
  MQTT = 'mqtt',
  /** HTTP requests that wait for a run. Needs no connection but HTTPS. */
  POLL = 'poll',
}

/** Which finished Pods stay. A Pod goes when either limit is passed. */
export interface PodHistory {
  /**
   * Number of Pods of each Worker that stay, newest first. 0 removes them at once.
   *
   * @default - no limit by number
   */
  readonly limit?: number;

  /**
   * Age, from the Pod's creation, at which it goes, in whole seconds.
   *
   * @default - no limit by age
   */
  readonly ttl?: Duration;
}

/** How much drift detection a pool does that registers itself. */
export class DriftDetection {
  /** The pool takes no drift-detection runs at all. */
  public static disabled(): DriftDetection {
    return new DriftDetection({ disabled: true });
  }

  /**
   * The pool takes so many drift-detection runs at the same time.
   *
   * @param maxRuns a whole number from 0 up. 0 leaves them waiting
   * @throws where it is not such a number
   */
  public static limitedTo(maxRuns: number): DriftDetection {
    if (!isWholeNumber(maxRuns, 0))
      throw invalidArgument('DriftDetection.limitedTo', 'maxRuns', maxRuns, wholeNumber(0));
    return new DriftDetection({ maxRuns });
  }

  /** @internal */
  public readonly _limits: DriftDetectionRunLimits;

  private constructor(limits: DriftDetectionRunLimits) {
    this._limits = limits;
  }
}
