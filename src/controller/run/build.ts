import { DEFAULTS } from '../../api/defaults';
import { ANNOTATION, API_VERSION, LABEL, WORKER } from '../../api/names';
import { initContainer, relayContainer, workerContainer } from './containers';
import { runPodName, type RunPod, type RunPodSpec } from './pod';
import { podSecurityContext } from './security';
import { podTemplate, type RunPodInput } from './template';
import { runVolumes } from './volumes';

/** The Pod of one attempt of a run: the same input always gives the same Pod. */
export function buildRunPod(input: RunPodInput): RunPod {
  const { assignment, pool, worker } = input;
  const template = podTemplate(pool);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: runPodName(assignment),
      namespace: worker.metadata.namespace,
      labels: {
        ...template.labels,
        [LABEL.workerPool]: input.poolUlid,
        [LABEL.worker]: input.workerId,
        [LABEL.runId]: assignment.runId,
      },
      annotations: {
        ...template.annotations,
        [ANNOTATION.stage]: assignment.stage,
        [ANNOTATION.attempt]: String(assignment.attempt),
        [ANNOTATION.fence]: String(assignment.fence),
      },
      ownerReferences: [
        {
          apiVersion: API_VERSION,
          kind: WORKER.kind,
          name: worker.metadata.name,
          uid: worker.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: podSpec(input),
  };
}

function podSpec(input: RunPodInput): RunPodSpec {
  const { pool } = input;
  const template = podTemplate(pool);
  return {
    restartPolicy: 'Never',
    activeDeadlineSeconds: template.activeDeadlineSeconds ?? DEFAULTS.activeDeadlineSeconds,
    terminationGracePeriodSeconds: template.terminationGracePeriodSeconds ?? DEFAULTS.terminationGracePeriodSeconds,
    serviceAccountName: template.serviceAccountName,
    automountServiceAccountToken: template.automountServiceAccountToken,
    // Each Service of the namespace would add some seven variables: with thousands of them no program can be started.
    enableServiceLinks: false,
    securityContext: podSecurityContext(template.securityContext),
    imagePullSecrets: template.imagePullSecrets,
    nodeSelector: template.nodeSelector,
    nodeName: template.nodeName,
    schedulerName: template.schedulerName,
    runtimeClassName: template.runtimeClassName,
    affinity: template.affinity,
    tolerations: template.tolerations,
    hostAliases: template.hostAliases,
    dnsConfig: template.dnsConfig,
    dnsPolicy: template.dnsPolicy,
    topologySpreadConstraints: template.topologySpreadConstraints,
    shareProcessNamespace: template.shareProcessNamespace,
    volumes: runVolumes(pool),
    initContainers: [...(template.customInitContainers ?? []), initContainer(input)],
    containers: [relayContainer(input), workerContainer(input), ...(template.additionalSidecarContainers ?? [])],
  };
}
