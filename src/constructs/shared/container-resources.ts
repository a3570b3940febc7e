import { SizeRoundingBehavior, type Size } from 'cdk8s';
import type { ContainerResources } from 'cdk8s-plus-28';
import type { ResourceRequirements } from '../../api';
import { definedFields } from './conversions';

/** cdk8s-plus resources as a manifest has them. */
export function resourceRequirements(resources: ContainerResources): ResourceRequirements {
  const amounts = (of: 'request' | 'limit') =>
    definedFields({
      cpu: resources.cpu?.[of]?.amount,
      memory: quantity(resources.memory?.[of]),
      'ephemeral-storage': quantity(resources.ephemeralStorage?.[of]),
    }) as Record<string, string> | undefined;
  return { requests: amounts('request'), limits: amounts('limit') };
}

/** The size in the largest unit of which it is a whole number; cdk8s would throw where that is not the one asked for. */
export function quantity(size: Size): string;
export function quantity(size: Size | undefined): string | undefined;
export function quantity(size: Size | undefined): string | undefined {
  if (size === undefined) return undefined;
  const inMebibytes = size.toMebibytes({ rounding: SizeRoundingBehavior.NONE });
  return Number.isInteger(inMebibytes) ? `${inMebibytes}Mi` : `${Math.ceil(size.toKibibytes())}Ki`;
}
