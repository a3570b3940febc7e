import type { ContainerSecutiryContextCapabilities, FsGroupChangePolicy, SeccompProfile, Sysctl } from 'cdk8s-plus-28';
import type { PodSecurityContext, SecurityContext } from '../../api';

/** Security options of a whole Pod. What is left out stays as the property that takes them says. */
export interface PodSecurityOptions {
  /**
   * User ID of the containers' processes.
   *
   * @default - not changed
   */
  readonly user?: number;

  /**
   * Group ID of the containers' processes.
   *
   * @default - not changed
   */
  readonly group?: number;

  /**
   * Whether the kubelet refuses to start a container as root.
   *
   * @default - not changed
   */
  readonly ensureNonRoot?: boolean;

  /**
   * Group that volumes belong to.
   *
   * @default - not changed
   */
  readonly fsGroup?: number;

  /**
   * When volumes are given to `fsGroup`.
   *
   * @default - not changed
   */
  readonly fsGroupChangePolicy?: FsGroupChangePolicy;

  /**
   * Kernel settings of the Pod.
   *
   * @default - not changed
   */
  readonly sysctls?: Sysctl[];
}

/** Security options of one container. What is left out stays as the property that takes them says. */
export interface ContainerSecurityOptions {
  /**
   * User ID of the process.
   *
   * @default - not changed
   */
  readonly user?: number;

  /**
   * Group ID of the process.
   *
   * @default - not changed
   */
  readonly group?: number;

  /**
   * Whether the kubelet refuses to start the container as root.
   *
   * @default - not changed
   */
  readonly ensureNonRoot?: boolean;

  /**
   * Whether the container may do on the node what root there may.
   *
   * @default - not changed
   */
  readonly privileged?: boolean;

  /**
   * Whether the root file system cannot be written to.
   *
   * @default - not changed
   */
  readonly readOnlyRootFilesystem?: boolean;

  /**
   * Whether a process may get more privileges than its parent has.
   *
   * @default - not changed
   */
  readonly allowPrivilegeEscalation?: boolean;

  /**
   * Capabilities that are added and dropped.
   *
   * @default - not changed
   */
  readonly capabilities?: ContainerSecutiryContextCapabilities;

  /**
   * Seccomp profile of the container.
   *
   * @default - not changed
   */
  readonly seccompProfile?: SeccompProfile;
}

/** Meets the Pod Security Standard "restricted". */
export const HARDENED_POD = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };

/** Meets the Pod Security Standard "restricted". */
export const HARDENED_CONTAINER = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
};

/** The options as a manifest has them. */
export function podSecurityContext(options: PodSecurityOptions): PodSecurityContext {
  return {
    fsGroup: options.fsGroup,
    fsGroupChangePolicy: options.fsGroupChangePolicy,
    runAsUser: options.user,
    runAsGroup: options.group,
    runAsNonRoot: options.ensureNonRoot,
    sysctls: options.sysctls,
  };
}

/** The options as a manifest has them. */
export function containerSecurityContext(options: ContainerSecurityOptions): SecurityContext {
  return {
    runAsUser: options.user,
    runAsGroup: options.group,
    runAsNonRoot: options.ensureNonRoot,
    privileged: options.privileged,
    readOnlyRootFilesystem: options.readOnlyRootFilesystem,
    allowPrivilegeEscalation: options.allowPrivilegeEscalation,
    capabilities: options.capabilities,
    seccompProfile: options.seccompProfile,
  };
}
