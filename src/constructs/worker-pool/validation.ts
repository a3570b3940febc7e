import type { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { checkWholeNumber, invalidProp } from '../checks';
import { CommsProtocol } from './comms-protocol';
import type { WorkerPoolProps } from './worker-pool';

/** Refuses at once what the API would refuse of a single property. */
export function checkProps(scope: Construct, id: string, props: WorkerPoolProps): void {
  checkWholeNumber(scope, id, 'poolSize', props.poolSize, 0);
  checkWholeNumber(scope, id, 'successfulPodsHistory.limit', props.successfulPodsHistory?.limit, 0);
  checkWholeNumber(scope, id, 'failedPodsHistory.limit', props.failedPodsHistory?.limit, 0);
  checkWholeSeconds(scope, id, 'pod.activeDeadline', props.pod?.activeDeadline, 1);
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
