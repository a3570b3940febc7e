import { ApiObject, type ApiObjectMetadata, type Duration } from 'cdk8s';
import { Resource, type ResourceProps, type SecretValue } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { API_VERSION, WORKER_POOL, type WorkerPoolPod, type WorkerPoolSpec } from '../../api';
import { checkWholeNumber, invalidProp } from '../checks';

/** Properties of a `WorkerPool`. */
export interface WorkerPoolProps extends ResourceProps {
  /**
   * Name, labels and so on of the WorkerPool; its labels are the pool's labels in the control plane.
   *
   * @default - a name generated from the construct's path
   */
  readonly metadata?: ApiObjectMetadata;

  /**
   * Where the pool's token lies: the file that the control plane hands out, as it is.
   *
   * @default - the pool registers itself, with the operator's API credentials
   */
  readonly token?: SecretValue;

  /**
   * Where the pool's private key lies: base64 of the PEM. Goes together with `token`.
   *
   * @default - the pool registers itself, with the operator's API credentials
   */
  readonly privateKey?: SecretValue;

  /**
   * Number of Workers, which is the number of runs at a time.
   *
   * @default - 1 for a new pool; an existing one keeps its size, so that an autoscaler may set it
   */
  readonly poolSize?: number;

  /**
   * Registry hosts that runner images may come from; a run with another image fails.
   *
   * @default - every host
   */
  readonly allowedRunnerImageHosts?: string[];

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
   * How the operator talks to the control plane about this pool.
   *
   * @default CommsProtocol.MQTT
   */
  readonly commsProtocol?: CommsProtocol;

  /**
   * Address for long polling.
   *
   * @default - unset; required with CommsProtocol.POLL
   */
  readonly pollCommsUrl?: string;

  /**
   * What run Pods look like; later Pods follow a change, those that run do not.
   *
   * @default - the operator's own Pod: emptyDir volumes, user 1983, 70 minutes
   */
  readonly pod?: WorkerPoolPod;
}

/** Which finished Pods stay; a Pod goes when either limit is passed. */
export interface PodHistory {
  /**
   * Number of Pods of each Worker that stay, newest first.
   *
   * @default - no limit
   */
  readonly limit?: number;

  /**
   * Age, from the Pod's creation, at which it goes.
   *
   * @default - no limit
   */
  readonly ttl?: Duration;
}

/** Transports between operator and control plane. */
export enum CommsProtocol {
  MQTT = 'mqtt',
  POLL = 'poll',
}

/**
 * A pool of Workers that carry out runs, each in a Pod of its own.
 *
 * @throws where a number is negative, only one of token and private key is set, or long polling has no address
 */
export class WorkerPool extends Resource {
  /** @see base.Resource.apiObject */
  protected readonly apiObject: ApiObject;

  public readonly resourceType = WORKER_POOL.plural;

  constructor(scope: Construct, id: string, props: WorkerPoolProps = {}) {
    super(scope, id);
    checkProps(scope, id, props);
    this.apiObject = new ApiObject(this, 'Resource', {
      apiVersion: API_VERSION,
      kind: WORKER_POOL.kind,
      metadata: props.metadata,
      ...{ spec: workerPoolSpec(props) },
    });
  }
}

function checkProps(scope: Construct, id: string, props: WorkerPoolProps): void {
  checkWholeNumber(scope, id, 'poolSize', props.poolSize, 0);
  checkWholeNumber(scope, id, 'successfulPodsHistory.limit', props.successfulPodsHistory?.limit, 0);
  checkWholeNumber(scope, id, 'failedPodsHistory.limit', props.failedPodsHistory?.limit, 0);
  checkWholeNumber(scope, id, 'pod.activeDeadlineSeconds', props.pod?.activeDeadlineSeconds, 1);
  if (props.token === undefined && props.privateKey !== undefined) {
    throw invalidProp(scope, id, 'token', undefined, 'set it together with privateKey, or set neither');
  }
  if (props.token !== undefined && props.privateKey === undefined) {
    throw invalidProp(scope, id, 'privateKey', undefined, 'set it together with token, or set neither');
  }
  if (props.commsProtocol === CommsProtocol.POLL && !props.pollCommsUrl) {
    throw invalidProp(scope, id, 'pollCommsUrl', props.pollCommsUrl, 'long polling needs the address to poll');
  }
}

function workerPoolSpec(props: WorkerPoolProps): WorkerPoolSpec {
  return {
    poolSize: props.poolSize,
    token: secretKeyRef(props.token),
    privateKey: secretKeyRef(props.privateKey),
    allowedRunnerImageHosts: props.allowedRunnerImageHosts,
    successfulPodsHistoryLimit: props.successfulPodsHistory?.limit,
    successfulPodsHistoryTTL: goDuration(props.successfulPodsHistory?.ttl),
    failedPodsHistoryLimit: props.failedPodsHistory?.limit,
    failedPodsHistoryTTL: goDuration(props.failedPodsHistory?.ttl),
    commsProtocol: props.commsProtocol,
    pollCommsURL: props.pollCommsUrl,
    pod: props.pod,
  };
}

function secretKeyRef(value: SecretValue | undefined): WorkerPoolSpec['token'] {
  return value && { secretKeyRef: { name: value.secret.name, key: value.key } };
}

function goDuration(duration: Duration | undefined): string | undefined {
  return duration && `${duration.toSeconds()}s`;
}
