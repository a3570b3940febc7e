import { field, kubernetes, list, text, type Field, type ObjectType } from '../field';
import type { SchemaMap } from '../schema';

const shared: SchemaMap<Field> = {
  env: field(list(kubernetes('EnvVar')), {
    description: 'Environment variables of the container, beside those that the operator sets.',
  }),
  envFrom: field(list(kubernetes('EnvFromSource')), {
    description: 'ConfigMaps and Secrets whose keys become environment variables; `env` wins over them.',
  }),
  imagePullPolicy: field(text(), {
    description: 'When the kubelet pulls the image: Always, IfNotPresent or Never.',
    whenUnset: 'Kubernetes decides by the tag of the image',
  }),
  resources: field(kubernetes('ResourceRequirements'), {
    description:
      'CPU, memory and other resources that the container asks for and may use. Runs of stacks with many resources ' +
      'need more; limits that are too low slow runs down or end them.',
    whenUnset: 'no requests and no limits, unless the namespace has a LimitRange',
  }),
  securityContext: field(kubernetes('SecurityContext'), {
    description:
      'Security options of the container; each one that is set replaces the built-in one, the others stay. The images ' +
      'expect UID and GID 1983; other users may lack the right to read or write the workspace.',
    whenUnset:
      'UID and GID 1983 and not root, no privilege escalation, no capabilities, seccomp profile RuntimeDefault; what ' +
      'the Pod sets goes before that',
  }),
  volumeMounts: field(list(kubernetes('VolumeMount')), {
    description:
      'Where volumes of `spec.pod.volumes` appear in the container. Workspace and binaries cache are mounted anyway.',
  }),
};

const lifecycle = field(kubernetes('Lifecycle'), {
  description: 'Hooks that run after the container started and before it is stopped.',
});

/** The settings of `init`: core/v1 Container has no lifecycle hooks for init containers. */
export const BUILT_IN_INIT_CONTAINER: ObjectType = {
  kind: 'object',
  name: 'BuiltInInitContainer',
  description: 'What can be set of the init container that the operator makes.',
  fields: shared,
};

/** The settings of `launcher-grpc` and `worker`. */
export const BUILT_IN_CONTAINER: ObjectType = {
  kind: 'object',
  name: 'BuiltInContainer',
  description: 'What can be set of a container that the operator makes.',
  fields: { ...shared, lifecycle },
};
