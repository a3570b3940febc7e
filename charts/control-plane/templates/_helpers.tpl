{{/* Name of the chart, or what nameOverride says. */}}
{{- define "worker-pools-control-plane.name" -}}
{{- default $.Chart.Name $.Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* What the names of all objects begin with: the release and the chart, once where one holds the other. */}}
{{- define "worker-pools-control-plane.fullname" -}}
{{- $name := default $.Chart.Name $.Values.nameOverride }}
{{- if $.Values.fullnameOverride }}
{{- $.Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name $.Release.Name }}
{{- $.Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" $.Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Name of a Service, of a prefix and a suffix: cut, with a part of its hash, where it would be too long or begin with a digit. */}}
{{- define "worker-pools-control-plane.serviceName" -}}
{{- $prefix := index . 0 }}{{ $suffix := index . 1 }}
{{- $name := printf "%s%s" $prefix $suffix }}
{{- if and (le (len $name) 63) (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name) }}
{{- $name }}
{{- else }}
{{- $room := int (sub 52 (len $suffix)) }}
{{- $kept := regexReplaceAll "[^a-z0-9-]" $prefix "-" | trunc $room }}
{{- printf "s-%s-%s%s" $kept (sha256sum $prefix | trunc 8) $suffix }}
{{- end }}
{{- end }}

{{/* Labels of every object. */}}
{{- define "worker-pools-control-plane.labels" -}}
helm.sh/chart: {{ printf "%s-%s" $.Chart.Name $.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" | toJson }}
app.kubernetes.io/name: {{ include "worker-pools-control-plane.name" $ | toJson }}
app.kubernetes.io/instance: {{ $.Release.Name | toJson }}
app.kubernetes.io/version: {{ $.Chart.AppVersion | toJson }}
app.kubernetes.io/managed-by: {{ $.Release.Service | toJson }}
{{- end }}

{{/* Milliseconds of a duration such as 1m30s. */}}
{{- define "worker-pools.milliseconds" -}}
{{- $sum := 0 }}
{{- $counts := splitList "," (regexReplaceAll "^(?:([0-9]+)y)?(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?$" $ "0${1},0${2},0${3},0${4},0${5},0${6},0${7}") }}
{{- range $index, $factor := list 31536000000 604800000 86400000 3600000 60000 1000 1 }}
{{- $sum = add $sum (mul $factor (atoi (index $counts $index))) }}
{{- end }}
{{- $sum }}
{{- end }}

{{/* A document inside an object of this chart. */}}
{{- define "worker-pools-control-plane.config" -}}
listen: "[::]:8443"
metricsPort: 9090
dataDir: "/var/lib/worker-pools"
publicUrl: {{ default (printf "%s://%s.%s.svc:8443" (ternary "https" "http" (not (empty $.Values.tls.enabled))) (include "worker-pools-control-plane.fullname" $) $.Release.Namespace) $.Values.publicUrl | toJson }}
launcherImage: {{ default (printf "cdk8s-worker-pools/launcher:%s" $.Chart.AppVersion) $.Values.launcherImage | toJson }}
defaultRunnerImage: {{ default (printf "cdk8s-worker-pools/runner:%s" $.Chart.AppVersion) $.Values.defaultRunnerImage | toJson }}
{{- if $.Values.defaultAnsibleRunnerImage }}
defaultAnsibleRunnerImage: {{ $.Values.defaultAnsibleRunnerImage | toJson }}
{{- end }}
web: {{ $.Values.web | toJson }}
logLevel: {{ $.Values.logLevel | toJson }}
{{- if $.Values.traces.enabled }}
traces: true
{{- end }}
shutdownGraceSeconds: {{ $.Values.shutdownGraceSeconds | toJson }}
{{- if and $.Values.database.existingSecret $.Values.keys.existingSecret $.Values.blobs.s3.bucket }}
shutdownDelaySeconds: 5
{{- end }}
{{- if not (has $.Values.startDeadlineSeconds (list nil "")) }}
startDeadlineSeconds: {{ $.Values.startDeadlineSeconds | toJson }}
{{- end }}
{{- if not $.Values.tls.enabled }}
tls: false
{{- end }}
{{- if $.Values.tls.existingSecret }}
tlsDir: "/etc/worker-pools/tls"
{{- end }}
{{- if $.Values.tls.sans }}
tlsSans: {{ $.Values.tls.sans | toJson }}
{{- end }}
{{- if $.Values.trustedProxies }}
trustedProxies: {{ $.Values.trustedProxies | toJson }}
{{- end }}
{{- if $.Values.webhookNetworks }}
webhookNetworks: {{ $.Values.webhookNetworks | toJson }}
{{- end }}
{{- if not $.Values.mqtt.enabled }}
mqtt: false
{{- end }}
{{- if and $.Values.mqtt.enabled (empty $.Values.mqtt.broker.url) }}
mqttPort: 8883
{{- end }}
{{- if and (and $.Values.mqtt.enabled (empty $.Values.mqtt.broker.url)) $.Values.mqtt.url }}
mqttUrl: {{ $.Values.mqtt.url | toJson }}
{{- end }}
{{- if $.Values.mqtt.broker.url }}
mqttBroker:
  url: {{ $.Values.mqtt.broker.url | toJson }}
  {{- if $.Values.mqtt.broker.clientUrl }}
  clientUrl: {{ $.Values.mqtt.broker.clientUrl | toJson }}
  {{- end }}
  {{- if $.Values.mqtt.broker.existingSecret }}
  caFile: "/etc/worker-pools/broker/ca.crt"
  {{- end }}
  {{- if $.Values.mqtt.broker.existingSecret }}
  certFile: "/etc/worker-pools/broker/tls.crt"
  {{- end }}
  {{- if $.Values.mqtt.broker.existingSecret }}
  keyFile: "/etc/worker-pools/broker/tls.key"
  {{- end }}
{{- end }}
{{- if $.Values.keys.existingSecret }}
keysDir: "/etc/worker-pools/keys"
{{- end }}
{{- if or (not (has $.Values.blobs.minFreeMiB (list nil ""))) $.Values.blobs.s3.bucket }}
blobs:
  {{- if not (has $.Values.blobs.minFreeMiB (list nil "")) }}
  minFreeMiB: {{ $.Values.blobs.minFreeMiB | toJson }}
  {{- end }}
  {{- if $.Values.blobs.s3.bucket }}
  s3:
    bucket: {{ $.Values.blobs.s3.bucket | toJson }}
    {{- if $.Values.blobs.s3.prefix }}
    prefix: {{ $.Values.blobs.s3.prefix | toJson }}
    {{- end }}
    {{- if $.Values.blobs.s3.endpoint }}
    endpoint: {{ $.Values.blobs.s3.endpoint | toJson }}
    {{- end }}
    {{- if $.Values.blobs.s3.region }}
    region: {{ $.Values.blobs.s3.region | toJson }}
    {{- end }}
    {{- if $.Values.blobs.s3.forcePathStyle }}
    forcePathStyle: true
    {{- end }}
  {{- end }}
{{- end }}
{{- if or (not (has $.Values.retention.runDays (list nil ""))) (not (has $.Values.retention.runsPerStack (list nil ""))) (not (has $.Values.retention.logDays (list nil ""))) (not (has $.Values.retention.logMiBPerRun (list nil ""))) (not (has $.Values.retention.stateVersions (list nil ""))) (not (has $.Values.retention.auditDays (list nil ""))) (not (has $.Values.retention.auditEntries (list nil ""))) }}
retention:
  {{- if not (has $.Values.retention.runDays (list nil "")) }}
  runDays: {{ $.Values.retention.runDays | toJson }}
  {{- end }}
  {{- if not (has $.Values.retention.runsPerStack (list nil "")) }}
  runsPerStack: {{ $.Values.retention.runsPerStack | toJson }}
  {{- end }}
  {{- if not (has $.Values.retention.logDays (list nil "")) }}
  logDays: {{ $.Values.retention.logDays | toJson }}
  {{- end }}
  {{- if not (has $.Values.retention.logMiBPerRun (list nil "")) }}
  logMiBPerRun: {{ $.Values.retention.logMiBPerRun | toJson }}
  {{- end }}
  {{- if not (has $.Values.retention.stateVersions (list nil "")) }}
  stateVersions: {{ $.Values.retention.stateVersions | toJson }}
  {{- end }}
  {{- if not (has $.Values.retention.auditDays (list nil "")) }}
  auditDays: {{ $.Values.retention.auditDays | toJson }}
  {{- end }}
  {{- if not (has $.Values.retention.auditEntries (list nil "")) }}
  auditEntries: {{ $.Values.retention.auditEntries | toJson }}
  {{- end }}
{{- end }}
{{- end }}
