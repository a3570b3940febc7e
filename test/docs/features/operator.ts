import { inPart, works, type FeatureGroup } from './feature';

export const POOLS_AND_WORKERS: FeatureGroup = {
  title: 'Pools and Workers',
  features: [
    works(
      'F1',
      '`WorkerPool`, namespaced, with status and scale subresources and its columns',
      ['integration/crd', 'goes through the scale subresource, which tells size and selector'],
      ['integration/crd', 'lists pools with their sizes and whether they are ready'],
    ),
    works('F2', '`Worker`, with an empty spec, its status and columns', [
      'integration/crd',
      'lists Workers with their pool, state and run',
    ]),
    works(
      'F3',
      'Token and private key from Secrets, in base64; an event that says what is wrong with them',
      ['controller/worker-pool/credentials', 'are read from two Secrets'],
      ['integration/worker-pool-faults', 'with unusable credentials says so, and goes on by itself'],
    ),
    works('F4', 'Token and private key both, or neither', ['integration/crd-rules', 'a WorkerPool is refused']),
    works('F5', 'Registration by itself, with the Secret `spacelift-api-credentials` of the controller', [
      'integration/registration',
      'registers itself with the key of the operator, is kept equal, and goes with its pool',
    ]),
    works('F6', "Registration by the token of the controller's ServiceAccount", [
      'integration/registration',
      "registers itself by the token of the controller's ServiceAccount",
    ]),
    works('F7', 'Credentials of a pool of its own, in both shapes', [
      'integration/registration',
      'registers itself with credentials of its own',
    ]),
    works('F8', 'Space, description, labels and drift limits of a pool that registers itself', [
      'integration/registration',
      'registers itself with the key of the operator, is kept equal, and goes with its pool',
    ]),
    works(
      'F9',
      'Pools that a cluster manages are locked for people',
      ['control-plane/graphql/managed-pools', 'is not updated by an admin, who is told whose it is'],
      ['integration/registration', 'leaves its pool to people once an admin has unlocked it'],
    ),
    works('F10', '`poolSize`, `kubectl scale`, and 0', [
      'integration/worker-pool',
      'scales up, down and to zero as told by its scale subresource',
    ]),
    works(
      'F11',
      'A size that is left out is kept; what autoscalers read',
      ['integration/worker-pool', 'keeps the size an autoscaler gave it when poolSize is left out of the manifest'],
      ['integration/worker-pool', 'has a scale for autoscalers to read when its manifest never had a poolSize'],
    ),
    works(
      'F12',
      'Scaling down ends no run',
      ['e2e/run', 'finishes although the pool is scaled to 0 meanwhile, and then the Workers go'],
      ['controller/worker-pool/convergence', 'Workers converge to poolSize, a busy one is never let go'],
    ),
    works(
      'F13',
      'Names after the pool, the ULID of the pool as a label; one key a pool in place of one a Worker (ADR 3)',
      [
        'integration/worker-pool',
        'becomes Workers that the control plane knows, with names, labels, owner and status as documented',
      ],
    ),
    works('F31', 'Labels of pool, Worker and run on each Pod, which its Worker owns', [
      'e2e/run',
      'is planned and applied by OpenTofu in one Pod a stage, as documented',
    ]),
    works('F32', 'The event `WorkerPoolCannotRegister` and its words', [
      'integration/worker-pool-faults',
      'without token and privateKey',
    ]),
    works('F33', 'Metadata of a worker: its resource and the version of its controller', [
      'integration/worker-pool',
      'becomes Workers that the control plane knows',
    ]),
    works('F34', '`mqttReconnectRetryCount`', ['integration/worker-pool-faults', 'cannot be reached, and then can']),
    works('F35', 'Long poll in place of MQTT', [
      'protocol/client/transports',
      'the worker protocol over HTTP long poll',
    ]),
  ],
};

export const OPERATION: FeatureGroup = {
  title: 'The operator and its charts',
  features: [
    works(
      'F36',
      'Metrics of the controller, guarded or plain, with certificates of its own; traces of runs',
      ['integration/controller', 'serves the metrics of the reference, each as it is described there'],
      ['integration/controller', 'shows secure metrics only to callers whom the API server allows'],
      ['control-plane/observability/metrics', 'how long a run took is measured in parts'],
      ['launcher/run-trace', 'it is one trace, from its creation to its end'],
    ),
    works('F37', 'ServiceMonitor', [
      'integration/operator-construct',
      'Prometheus, doing exactly what the ServiceMonitor says',
    ]),
    works(
      'F38',
      'Health, and one leader of several replicas',
      ['integration/controller', 'is alive and becomes ready'],
      ['integration/controller', 'lets one replica work, and the next one take over when it ends'],
    ),
    inPart(
      'a test with a FIPS provider in CI',
      'F39',
      'FIPS mode (`enforceFips140`)',
      ['constructs/operator/chart/official-values', 'fips'],
      ['network/fips', 'FIPS 140 that GODEBUG asks for by "fips140=only" is refused where no provider is active'],
      ['network/fips', 'no program uses an algorithm that a FIPS provider lacks'],
    ),
    works(
      'F40',
      'A certificate authority of your own in controller and run Pods',
      [
        'constructs/presets/custom-certificates',
        'shows the bundle to every container of ours, at the documented place and by variables',
      ],
      ['network/tunnel', 'a proxy that is spoken to in TLS is trusted by the authority that SSL_CERT_FILE names'],
    ),
    works(
      'F41',
      'Installation by Helm, with the values of the official chart',
      ['constructs/operator/chart/official-values', 'a values file of the official chart renders the same objects'],
      ['e2e/run', 'is served by a release that passes helm test'],
    ),
    works('F42', 'Manifests for server-side apply', ['integration/crd', 'applies on the server side just as well']),
    works('F43', 'CRDs of a subchart, and the way of those that are there already', [
      'integration/helm-crds',
      'are adopted by older Helm after a label and two annotations',
    ]),
    works(
      'F44',
      'Some namespaces only, by Roles',
      ['integration/controller', 'leaves pools of other namespaces alone'],
      ['integration/operator-rights', 'may do what the controller does, and no more'],
    ),
    works(
      'F45',
      'Budgets that keep runs and the controller from being evicted',
      [
        'integration/helm-disruption',
        'is a budget that is computed, and keeps every run in progress from being evicted',
      ],
      ['e2e/run', 'is not evicted by a drain, which waits for it and ends by itself when no run is left'],
    ),
    works('F46', 'OpenShift', ['constructs/presets/open-shift-constraints', 'lets the ServiceAccount of the pool use']),
    works('F47', 'Annotations against eviction by autoscalers of nodes', [
      'constructs/operator/chart/official-values',
      'a values file of the official chart renders the same objects',
    ]),
    works(
      'F48',
      'The Prometheus exporter as a subchart; scaling by KEDA on what waits',
      ['constructs/exporter/prometheus-exporter', 'is one Deployment that reads the control plane with an API key'],
      ['constructs/worker-pool/scaling', 'can be one of KEDA, which needs only the names'],
    ),
    works('F63', 'What must be reachable, as a NetworkPolicy', [
      'constructs/presets/egress-network-policy',
      'lets DNS, HTTPS and MQTT out, and nothing else',
    ]),
  ],
};
