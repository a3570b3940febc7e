import type { ContainerSecurityContextProps, PodSecurityContextProps } from 'cdk8s-plus-28';
import type { PodSecurityContext, SecurityContext } from '../../api';

/** Meets the Pod Security Standard "restricted". */
export const HARDENED_POD = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };

/** Meets the Pod Security Standard "restricted". */
export const HARDENED_CONTAINER = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
};

/** What the props say and nothing else: cdk8s-plus itself would add `runAsNonRoot` and more. */
export function podSecurityContext(props: PodSecurityContextProps): PodSecurityContext {
  return {
    fsGroup: props.fsGroup,
    fsGroupChangePolicy: props.fsGroupChangePolicy,
    runAsUser: props.user,
    runAsGroup: props.group,
    runAsNonRoot: props.ensureNonRoot,
    sysctls: props.sysctls,
  };
}

/** What the props say and nothing else: cdk8s-plus itself would add `readOnlyRootFilesystem` and more. */
export function containerSecurityContext(props: ContainerSecurityContextProps): SecurityContext {
  return {
    runAsUser: props.user,
    runAsGroup: props.group,
    runAsNonRoot: props.ensureNonRoot,
    privileged: props.privileged,
    readOnlyRootFilesystem: props.readOnlyRootFilesystem,
    allowPrivilegeEscalation: props.allowPrivilegeEscalation,
    capabilities: props.capabilities,
    seccompProfile: props.seccompProfile,
  };
}
