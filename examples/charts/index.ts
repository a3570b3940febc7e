import type { Chart, ChartProps } from 'cdk8s';
import type { Construct } from 'constructs';
import { DockerInDocker } from './docker-in-docker';
import { EfsBinariesCache } from './efs-binaries-cache';
import { EphemeralWorkspace } from './ephemeral-workspace';

/** A chart as every example has it: a namespace in `props` holds for all of its objects. */
export type Example = new (scope: Construct, id: string, props?: ChartProps) => Chart;

/** Every example by the name of its file. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  'ephemeral-workspace': EphemeralWorkspace,
  'efs-binaries-cache': EfsBinariesCache,
  'docker-in-docker': DockerInDocker,
};
