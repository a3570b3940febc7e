import type { KubeObject, ResourceType } from '../controller/runtime';

/** Resources that are looked at beside those of the controller. */
const core = (plural: string, kind: string): ResourceType => ({ group: '', version: 'v1', plural, kind });
const of = (group: string, plural: string, kind: string): ResourceType => ({ group, version: 'v1', plural, kind });

export const CLAIMS = core('persistentvolumeclaims', 'PersistentVolumeClaim');
export const LIMIT_RANGES = core('limitranges', 'LimitRange');
export const QUOTAS = core('resourcequotas', 'ResourceQuota');
export const SERVICE_ACCOUNTS = core('serviceaccounts', 'ServiceAccount');
export const CRDS = of('apiextensions.k8s.io', 'customresourcedefinitions', 'CustomResourceDefinition');
export const DEPLOYMENTS = of('apps', 'deployments', 'Deployment');
export const STORAGE_CLASSES = of('storage.k8s.io', 'storageclasses', 'StorageClass');
export const ACCESS_REVIEWS = of('authorization.k8s.io', 'subjectaccessreviews', 'SubjectAccessReview');

/** As much of a Deployment as is looked at. */
export interface Deployment extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template: {
      readonly spec: {
        readonly serviceAccountName?: string;
        readonly containers: readonly ProgramContainer[];
      };
    };
  };
  readonly status?: { readonly readyReplicas?: number };
}

interface ProgramContainer {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/** As much of a Pod of the controller as is looked at. */
export interface ProgramPod extends KubeObject {
  readonly status?: { readonly containerStatuses?: readonly ProgramStatus[] };
}

export interface ProgramStatus {
  readonly name: string;
  readonly restartCount?: number;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
  readonly lastState?: {
    readonly terminated?: { readonly exitCode: number; readonly reason?: string; readonly finishedAt?: string };
  };
}
