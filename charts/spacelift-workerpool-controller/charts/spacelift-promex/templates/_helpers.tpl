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
