import type { Chart, ChartProps } from 'cdk8s';
import type { Construct } from 'constructs';
import { AutoRegistration } from './auto-registration';
import { AwsRoleExample } from './aws-role';
import { ControlPlaneReplicas } from './control-plane-replicas';
import { DockerInDockerExample } from './docker-in-docker';
import { EfsBinariesCache } from './efs-binaries-cache';
import { EphemeralWorkspace } from './ephemeral-workspace';
import { HorizontalPodAutoscalerExample } from './horizontal-pod-autoscaler';
import { InitializationPolicyExample } from './initialization-policy';
import { Keda } from './keda';
import { LockedDown } from './locked-down';
import { Monitoring } from './monitoring';
import { SeveralNamespaces } from './several-namespaces';
import { VcsAgentsExample } from './vcs-agents';

/** A chart as every example has it: a namespace in `props` holds for all of its objects, unless they say otherwise. */
export type Example = new (scope: Construct, id: string, props?: ChartProps) => Chart;

/** Every example by the name of its file. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  'ephemeral-workspace': EphemeralWorkspace,
  'efs-binaries-cache': EfsBinariesCache,
  'docker-in-docker': DockerInDockerExample,
  'initialization-policy': InitializationPolicyExample,
  'vcs-agents': VcsAgentsExample,
  'auto-registration': AutoRegistration,
  'aws-role': AwsRoleExample,
  'locked-down': LockedDown,
  'several-namespaces': SeveralNamespaces,
  keda: Keda,
  'horizontal-pod-autoscaler': HorizontalPodAutoscalerExample,
  monitoring: Monitoring,
  'control-plane-replicas': ControlPlaneReplicas,
};
