import type { Size } from 'cdk8s';
import type { ContainerResources } from 'cdk8s-plus-28';
import type { ResourceRequirements } from '../api';

/** cdk8s-plus resources as a manifest has them. */
export function resourceRequirements(resources: ContainerResources): ResourceRequirements {
  const amounts = (of: 'request' | 'limit') => ({
    cpu: resources.cpu?.[of]?.amount,
    memory: mebibytes(resources.memory?.[of]),
    'ephemeral-storage': mebibytes(resources.ephemeralStorage?.[of]),
  });
  return { requests: given(amounts('request')), limits: given(amounts('limit')) };
}

function mebibytes(size: Size | undefined): string | undefined {
  return size === undefined ? undefined : `${size.toMebibytes()}Mi`;
}

function given(amounts: Readonly<Record<string, string | undefined>>): Record<string, string> | undefined {
  const entries = Object.entries(amounts).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
