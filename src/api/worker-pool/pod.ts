import { field, flag, int64, kubernetes, list, map, text, type Field, type ObjectType } from '../field';
import { DEFAULTS } from '../defaults';
import { PATH, RUN_AS } from '../names';
import type { SchemaMap } from '../schema';
import { BUILT_IN_CONTAINER, BUILT_IN_INIT_CONTAINER } from './containers';
import { LIMIT, POD_RULES } from './rules';

const walked = { maxItems: LIMIT.items } as const;

const lifetime: SchemaMap<Field> = {
  activeDeadlineSeconds: field(int64({ minimum: 1 }), {
    description:
      'Seconds after its start at which Kubernetes ends the Pod; the run fails then. Set the worker ' +
      "container's SPACELIFT_LAUNCHER_RUN_TIMEOUT to the same time, so that the run's log says why.",
    whenUnset: `${DEFAULTS.activeDeadlineSeconds} (70 minutes)`,
  }),
  terminationGracePeriodSeconds: field(int64({ minimum: 0 }), {
    description: 'Seconds that containers get between the request to stop and the kill.',
    whenUnset: `${DEFAULTS.terminationGracePeriodSeconds}`,
  }),
};

const volumes: SchemaMap<Field> = {
  volumes: field(list(kubernetes('Volume'), walked), {
    description: 'Further volumes of the Pod. Containers get them through their `volumeMounts`.',
  }),
  workspaceVolume: field(kubernetes('Volume'), {
    description:
      `The volume at ${PATH.workspace}, which holds the source and the state of the run while it is worked on. The ` +
      'data is sensitive: prefer a volume that lives and dies with the Pod and is shared with nobody.',
    whenUnset: 'an emptyDir without size limit',
  }),
  binariesCacheVolume: field(kubernetes('Volume'), {
    description:
      `The volume at ${PATH.binariesCache}, in which the container \`init\` keeps the tools that stacks name by their ` +
      'version. Runs share them only when the volume can be written by many Pods at a time (ReadWriteMany). ' +
      'The steps see it read-only.',
    whenUnset: 'an emptyDir without size limit, so nothing is kept between runs',
  }),
};

const identity: SchemaMap<Field> = {
  serviceAccountName: field(text(), {
    description: 'ServiceAccount that run Pods use.',
    whenUnset: 'the `default` ServiceAccount of the namespace',
  }),
  automountServiceAccountToken: field(flag(), {
    description: "Whether the ServiceAccount's token is mounted into the containers.",
    whenUnset: 'the ServiceAccount decides',
  }),
  securityContext: field(kubernetes('PodSecurityContext'), {
    description:
      'Security options of the whole Pod. `fsGroup: 1983` lets the built-in containers write to volumes that belong ' +
      'to root.',
  }),
  imagePullSecrets: field(list(kubernetes('LocalObjectReference')), {
    description: "Secrets with registry credentials for the Pod's images.",
  }),
};

const placement: SchemaMap<Field> = {
  nodeSelector: field(map(text(), { 'x-kubernetes-map-type': 'atomic' }), {
    description: 'Labels that a node must have to run the Pods.',
  }),
  nodeName: field(text(), { description: 'The one node to run on; the scheduler is passed over.' }),
  affinity: field(kubernetes('Affinity'), {
    description: 'Rules that draw Pods to nodes or to other Pods, or part them.',
  }),
  schedulerName: field(text(), { description: 'Scheduler of the Pods.', whenUnset: 'the default scheduler' }),
  tolerations: field(list(kubernetes('Toleration')), { description: 'Taints of nodes that the Pods put up with.' }),
  topologySpreadConstraints: field(list(kubernetes('TopologySpreadConstraint')), {
    description: 'How the Pods are spread over zones, nodes or other domains.',
  }),
  runtimeClassName: field(text(), {
    description: 'RuntimeClass of the Pods, for example of a sandboxed runtime.',
    whenUnset: "the node's usual runtime",
  }),
};

const network: SchemaMap<Field> = {
  hostAliases: field(list(kubernetes('HostAlias')), { description: 'Lines added to /etc/hosts of the containers.' }),
  dnsConfig: field(kubernetes('PodDNSConfig'), { description: 'DNS settings, merged with those of `dnsPolicy`.' }),
  dnsPolicy: field(text(), {
    description: 'Where DNS settings come from: ClusterFirst, ClusterFirstWithHostNet, Default or None.',
    whenUnset: 'ClusterFirst',
  }),
  shareProcessNamespace: field(flag(), {
    description:
      'Whether the containers of a Pod see the processes of one another. `launcher-grpc` then runs as user ' +
      `${RUN_AS + 1}, so that no run can read the private key of the pool from it, and \`worker\` gets neither ` +
      'privileges nor capabilities. Files that a run makes readable for its user alone cannot be kept from its plan to ' +
      'its apply.',
    whenUnset: 'false',
  }),
};

const containers: SchemaMap<Field> = {
  customInitContainers: field(list(kubernetes('Container'), walked), {
    description: 'Init containers that run before the built-in one.',
  }),
  initContainer: field(BUILT_IN_INIT_CONTAINER, {
    description:
      'The built-in init container `init`, which fetches the source, applies the initialization policy and prepares ' +
      'the workspace.',
  }),
  grpcServerContainer: field(BUILT_IN_CONTAINER, {
    description:
      'The built-in container `launcher-grpc`, which passes on logs, outcome and workspace and hears requests to stop.',
  }),
  workerContainer: field(BUILT_IN_CONTAINER, {
    description: 'The built-in container `worker`, which does the work of the run in the runner image of its stack.',
  }),
  additionalSidecarContainers: field(list(kubernetes('Container'), walked), {
    description:
      'Containers beside the built-in ones, for example a Docker daemon; they are stopped when the run is over.',
  }),
};

const images: SchemaMap<Field> = {
  launcherImage: field(text(), {
    description:
      'Image of `init` and `launcher-grpc`, for example a copy in your own registry. It must fit the control plane.',
    whenUnset: 'the image that the control plane names, which always fits',
  }),
  defaultRunnerImage: field(text(), {
    description: 'Image of `worker` for runs whose stack names none, unless they are Ansible runs.',
    whenUnset: 'the image that the control plane names',
  }),
  defaultAnsibleRunnerImage: field(text(), {
    description: 'Image of `worker` for Ansible runs whose stack names none.',
    whenUnset: 'the image that the control plane names',
  }),
  defaultIntentImage: field(text(), {
    description: 'Image of the container `intent-worker` of Intent projects.',
    whenUnset: 'the image that the control plane names',
    notYet: 'Intent projects',
  }),
  customBinariesPath: field(text(), {
    description: `Directories put before ${PATH.binaries} in the PATH of a run, so that an image's own tools win.`,
    whenUnset: `the PATH starts with ${PATH.binaries}`,
  }),
};

const metadata: SchemaMap<Field> = {
  labels: field(map(text()), { description: 'Labels added to run Pods. Those of the operator win.' }),
  annotations: field(map(text()), { description: 'Annotations added to run Pods. Those of the operator win.' }),
};

/** `spec.pod`: everything of a run Pod that a person may set. */
export const POD: ObjectType = {
  kind: 'object',
  name: 'WorkerPoolPod',
  description: 'What can be set of the Pods that carry out runs.',
  fields: {
    ...lifetime,
    ...metadata,
    ...volumes,
    ...identity,
    ...placement,
    ...network,
    ...containers,
    ...images,
  },
  rules: POD_RULES,
};
