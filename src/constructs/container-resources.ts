import type { Size } from 'cdk8s';
import type { ContainerResources } from 'cdk8s-plus-28';
import type { ResourceRequirements } from '../api';
import { givenParts } from './given-parts';

/** cdk8s-plus resources as a manifest has them. */
export function resourceRequirements(resources: ContainerResources): ResourceRequirements {
  const amounts = (of: 'request' | 'limit') =>
    givenParts({
      cpu: resources.cpu?.[of]?.amount,
      memory: mebibytes(resources.memory?.[of]),
      'ephemeral-storage': mebibytes(resources.ephemeralStorage?.[of]),
    }) as Record<string, string> | undefined;
  return { requests: amounts('request'), limits: amounts('limit') };
}

function mebibytes(size: Size | undefined): string | undefined {
  return size === undefined ? undefined : `${size.toMebibytes()}Mi`;
}
