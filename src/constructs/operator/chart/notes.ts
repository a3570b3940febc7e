import { OPERATOR_NAME } from '../constants';

const FULL_NAME = `{{ include "${OPERATOR_NAME}.fullname" $ }}`;
const NAMESPACE = '{{ $.Release.Namespace }}';

const POOLS = `{{- if $.Values.workerPools }}

These WorkerPools came with the release:

{{- range $pool := $.Values.workerPools }}
  {{ default $.Release.Namespace $pool.namespace }}/{{ $pool.name }}
{{- end }}

See whether they are ready, and if not, why:

  kubectl get workerpools --all-namespaces
{{- else }}

Next, make a worker pool. Your control plane hands out its token for a private key of yours; then either list it in
workerPools of your values file and upgrade, or apply it by hand{{ with $.Values.controllerManager.namespaces }}, in {{ join " or " . }}{{ end }}:

  kubectl create secret generic my-pool --from-literal=token=TOKEN --from-literal=privateKey=BASE64_OF_THE_PEM_KEY
  kubectl apply -f - <<END
  apiVersion: workers.spacelift.io/v1beta1
  kind: WorkerPool
  metadata:
    name: my-pool
  spec:
    poolSize: 2
    token: {secretKeyRef: {name: my-pool, key: token}}
    privateKey: {secretKeyRef: {name: my-pool, key: privateKey}}
  END

  kubectl get workerpools,workers
{{- end }}`;

const NAMESPACES = `{{- with $.Values.controllerManager.namespaces }}

WorkerPools are served in {{ join ", " . }} and nowhere else.
{{- if not (has $.Release.Namespace .) }}
WARNING: the release's own namespace ${NAMESPACE} is not among them; a WorkerPool here is never looked after.
{{- end }}
{{- end }}`;

/** Only this project's controller keeps budgets where runs are, and only where nobody names a number. */
const PROTECTION = `{{- if and $.Values.pdb.enabled (not $.Values.controllerManager.namespaces) }}
{{- if or (eq $.Values.controllerManager.rbac.rules "official") (not (has $.Values.pdb.minAvailable (list nil ""))) (not (has $.Values.pdb.maxUnavailable (list nil ""))) }}

WARNING: the PodDisruptionBudget of run Pods covers namespace ${NAMESPACE} alone, but WorkerPools are served everywhere:
list their namespaces in controllerManager.namespaces, or runs elsewhere end when their nodes are drained.
{{- end }}
{{- end }}`;

const MONITOR = '$.Values.metricsService.serviceMonitor';

/** With which values Prometheus can scrape nothing; the official chart takes them all, and so does this one. */
function scrapeWarnings(): string {
  const secure = '$.Values.metricsService.secure';
  const warnings: readonly [string, string][] = [
    [
      `and ${secure} (ne (default "http" ${MONITOR}.scheme) "https")`,
      'the metrics are served over HTTPS: set scheme to https',
    ],
    [
      `and (not ${secure}) (eq (default "http" ${MONITOR}.scheme) "https")`,
      'the metrics are served over plain HTTP: set scheme to http',
    ],
    [
      `not (has (default "https" ${MONITOR}.port) $ports)`,
      'port is not the name of one of metricsService.ports: {{ join ", " $ports }}',
    ],
  ];
  const ports =
    '{{- $ports := list }}{{- range $.Values.metricsService.ports }}{{ $ports = append $ports .name }}{{ end }}';
  const lines = warnings.map(
    ([condition, sentence]) =>
      `{{- if ${condition} }}\nWARNING: metricsService.serviceMonitor cannot work: ${sentence}.\n{{- end }}`,
  );
  return [ports, ...lines].join('\n');
}

const METRICS = `{{- if $.Values.metricsService.enabled }}

Metrics of the controller are served by the Service {{ include "${OPERATOR_NAME}.serviceName" (list (include "${OPERATOR_NAME}.fullname" $) "-metrics-service") }}.
{{- if $.Values.metricsService.secure }} They are
served over HTTPS, with a self-signed certificate, to callers with a token that may get /metrics. Let Prometheus in:

  kubectl create clusterrolebinding scrape-worker-pools --clusterrole=${FULL_NAME}-metrics-reader \\
    --serviceaccount=NAMESPACE:SERVICE_ACCOUNT_OF_PROMETHEUS
{{- end }}
{{- if $.Values.metricsService.serviceMonitor.enabled }}
${scrapeWarnings()}
{{- end }}
{{- end }}`;

const KEPT = `{{- if and $.Values.crds.install $.Values.crds.keep }}

The CRDs of WorkerPool and Worker stay when this release is uninstalled, and every WorkerPool with them.
{{- end }}`;

/** Shown after `helm install`: what stands, and what to do next. */
export const OPERATOR_NOTES = `The operator of worker pools is installed in namespace ${NAMESPACE}.

Wait until it is ready{{ if $.Values.tests.enabled }}, and have it tested{{ end }}:

  kubectl --namespace ${NAMESPACE} rollout status deployment/${FULL_NAME}-controller-manager
{{- if $.Values.tests.enabled }}
  helm test {{ $.Release.Name }} --namespace ${NAMESPACE}
{{- end }}
${POOLS}${NAMESPACES}${PROTECTION}${METRICS}${KEPT}
`;
