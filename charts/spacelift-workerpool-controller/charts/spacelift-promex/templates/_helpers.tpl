{{/* Name of the chart, or what nameOverride says. */}}
{{- define "spacelift-promex.name" -}}
{{- default $.Chart.Name $.Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* What the names of all objects begin with: the release and the chart, once where one holds the other. */}}
{{- define "spacelift-promex.fullname" -}}
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
{{- define "spacelift-promex.serviceName" -}}
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
{{- define "spacelift-promex.labels" -}}
helm.sh/chart: {{ printf "%s-%s" $.Chart.Name $.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" | toJson }}
app.kubernetes.io/name: {{ include "spacelift-promex.name" $ | toJson }}
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
