/** Shown after `helm install`: what stands, and what to do next. */
export const OPERATOR_NOTES = `The operator of worker pools is installed in namespace {{ $.Release.Namespace }}.

Wait until it is ready:

  kubectl --namespace {{ $.Release.Namespace }} rollout status deployment/{{ include "spacelift-workerpool-controller.fullname" $ }}-controller-manager

Then make a worker pool in your control plane, put its token and private key into a Secret and point a WorkerPool at it
{{- with $.Values.controllerManager.namespaces }} (in one of the namespaces {{ join ", " . }}{{ if not (has $.Release.Namespace .) }}, as {{ $.Release.Namespace }} is not served{{ end }}){{ end }}:

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
`;
