import type {
  Affinity,
  EnvVar,
  PodSecurityContext,
  ResourceRequirements,
  SecurityContext,
  Toleration,
} from '../../api';
import type { PullSecret } from '../shared/image-pull-secrets';
import type { Later, StringMap } from '../../charting/deferred';

/** Everything that the exporter's objects depend on, total. */
export interface ExporterSettings {
  readonly name: Later<string>;
  readonly namespace: Later<string>;
  readonly labels: Later<StringMap>;
  readonly selectorLabels: StringMap;
  readonly deploymentLabels: Later<StringMap>;
  readonly annotations: Later<StringMap>;
  readonly podLabels: Later<StringMap>;
  readonly podAnnotations: Later<StringMap>;
  readonly replicaCount: Later<number | undefined>;
  readonly image: Later<string>;
  /** Unset means that Kubernetes decides by the tag. */
  readonly imagePullPolicy: Later<string | undefined>;
  readonly imagePullSecrets: Later<readonly PullSecret[]>;
  readonly resources: Later<ResourceRequirements>;
  readonly podSecurityContext: Later<PodSecurityContext>;
  readonly securityContext: Later<SecurityContext>;
  readonly serviceAccountName: Later<string>;
  readonly priorityClassName: Later<string>;
  readonly nodeName: Later<string>;
  readonly nodeSelector: Later<StringMap>;
  readonly affinity: Later<Affinity>;
  readonly tolerations: Later<readonly Toleration[]>;
  readonly extraEnv: Later<readonly EnvVar[]>;
  /** `[host]:port` */
  readonly listenAddress: Later<string>;
  readonly apiEndpoint: Later<string>;
  readonly apiKeyId: Later<string>;
  readonly apiKeySecretName: Later<string>;
  readonly caCert: {
    readonly enabled: Later<boolean>;
    readonly secretName: Later<string>;
    readonly secretKey: Later<string>;
    readonly mountPath: Later<string>;
  };
  readonly service: {
    readonly name: Later<string>;
    readonly enabled: Later<boolean>;
    readonly port: Later<number>;
    readonly annotations: Later<StringMap>;
  };
  readonly serviceMonitor: {
    readonly enabled: Later<boolean>;
    readonly namespace: Later<string>;
    readonly interval: Later<string | undefined>;
    readonly scrapeTimeout: Later<string | undefined>;
    readonly additionalLabels: Later<StringMap>;
    readonly annotations: Later<StringMap>;
  };
  /** Puts off what may still be added to. @default - everything is said already */
  readonly putOff?: <T>(make: () => T) => T;
}
