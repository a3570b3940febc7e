import { CONTROL_PLANE_NAME, PATH, PORT } from '../constants';

const FULL_NAME = `{{ include "${CONTROL_PLANE_NAME}.fullname" $ }}`;
const NAMESPACE = '{{ $.Release.Namespace }}';
const IN_NAMESPACE = `kubectl --namespace ${NAMESPACE}`;

/** As `isStateless` of the manifests has it. */
const STATELESS = 'and $.Values.database.existingSecret $.Values.keys.existingSecret $.Values.blobs.s3.bucket';

const KEY = `{{- if $.Values.apiKey.existingSecret }}
The API key is in the Secret {{ $.Values.apiKey.existingSecret }}.
{{- else if $.Values.keys.existingSecret }}
The API key is in the Secret of the keys:

  ${IN_NAMESPACE} get secret {{ $.Values.keys.existingSecret }} --output 'jsonpath={.data.admin-key\\.json}' | base64 -d
{{- else }}
The API key was made at the first start, and is kept on the volume:

  ${IN_NAMESPACE} exec ${FULL_NAME}-0 -- cat ${PATH.data}/admin-key.json
{{- end }}`;

const AUTHORITY = `{{- if and $.Values.tls.enabled (not $.Values.tls.existingSecret) }}

Programs of people need its certificate authority, which tokens of pools hold:
{{ if $.Values.keys.existingSecret }}
  ${IN_NAMESPACE} get secret {{ $.Values.keys.existingSecret }} --output 'jsonpath={.data.ca\\.crt}' | base64 -d > ca.crt
{{- else }}
  ${IN_NAMESPACE} exec ${FULL_NAME}-0 -- cat ${PATH.data}/ca.crt > ca.crt
{{- end }}
{{- end }}`;

const ADDRESS = `{{- if $.Values.publicUrl }}

Tokens of pools send operators and run Pods to {{ $.Values.publicUrl }}.
{{- if not (or $.Values.externalHttps.type $.Values.ingress.enabled) }}
WARNING: nothing of this release is reachable from outside the cluster; see that something leads from there to the Service
${FULL_NAME}, port ${PORT.https}.
{{- end }}
{{- else }}

WARNING: without publicUrl, tokens of pools name the Service, which nobody outside of this cluster reaches. Pools have to be
reset when the address changes, so set it before the first one is made.
{{- end }}`;

const VOLUME = `{{- if not (${STATELESS}) }}

What it knows is on one volume, whose claim stays when the release is uninstalled{{ if not $.Values.backup.enabled }}: back it up{{ end }}.
{{- end }}`;

/** Shown after `helm install`: what stands, and what to do next. */
export const CONTROL_PLANE_NOTES = `The control plane of worker pools is installed in namespace ${NAMESPACE}.

Wait until it is ready{{ if $.Values.tests.enabled }}, and have it tested{{ end }}:

  ${IN_NAMESPACE} rollout status {{ if ${STATELESS} }}deployment{{ else }}statefulset{{ end }}/${FULL_NAME}
{{- if $.Values.tests.enabled }}
  helm test {{ $.Release.Name }} --namespace ${NAMESPACE}
{{- end }}

${KEY}${AUTHORITY}${ADDRESS}${VOLUME}
`;
