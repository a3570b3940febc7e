{{- define "official.name" -}}
{{ .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- define "official.fullname" -}}
{{- $chart := .Values.nameOverride | default .Chart.Name -}}
{{- $both := ternary .Release.Name (printf "%s-%s" .Release.Name $chart) (contains $chart .Release.Name) -}}
{{ .Values.fullnameOverride | default $both | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- define "official.selector" -}}
app.kubernetes.io/name: {{ include "official.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "official.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion }}
app.kubernetes.io/managed-by: Helm
{{ include "official.selector" . }}
{{- end }}
{{- define "official.account" -}}
{{ .Values.controllerManager.serviceAccount.name | default (printf "%s-controller-manager" (include "official.fullname" .)) }}
{{- end }}
{{- /* A role and its binding: dict root, what, kind, namespace, rules. */ -}}
{{- define "official.grant" -}}
{{- $name := include "official.fullname" .root -}}
{{- range $part := list "role" "rolebinding" }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $.kind }}{{ ternary "Binding" "" (eq $part "rolebinding") }}
metadata:
  name: {{ $name }}-{{ $.what }}-{{ $part }}
  {{- with $.namespace }}
  namespace: {{ . }}
  {{- end }}
  labels: {{- include "official.labels" $.root | nindent 4 }}
{{- if eq $part "role" }}
rules: {{- $.rules | nindent 2 }}
{{- else }}
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: {{ $.kind }}, name: {{ $name }}-{{ $.what }}-role }
subjects:
  - { kind: ServiceAccount, name: {{ include "official.account" $.root }}, namespace: {{ $.root.Release.Namespace }} }
{{- end }}
{{- end }}
{{- end }}
{{- define "official.managerRules" -}}
- { apiGroups: [""], resources: [events], verbs: [create, patch] }
- { apiGroups: [""], resources: [pods], verbs: [create, delete, get, list, watch] }
- { apiGroups: [""], resources: [secrets], verbs: [create, delete, get, list, update, watch] }
- apiGroups: [workers.spacelift.io]
  resources: [workerpools, workers]
  verbs: [create, delete, get, list, patch, update, watch]
- { apiGroups: [workers.spacelift.io], resources: [workerpools/finalizers, workers/finalizers], verbs: [update] }
- { apiGroups: [workers.spacelift.io], resources: [workerpools/status, workers/status], verbs: [get, patch, update] }
{{- end }}
{{- define "official.leaderElectionRules" -}}
- { apiGroups: [""], resources: [configmaps], verbs: [get, list, watch, create, update, patch, delete] }
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [get, list, watch, create, update, patch, delete]
- { apiGroups: [""], resources: [events], verbs: [create, patch] }
{{- end }}
