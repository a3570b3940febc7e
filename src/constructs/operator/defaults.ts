/** What constructs and charts take where nobody says otherwise. */

export const OPERATOR_NAME = 'spacelift-workerpool-controller';

export const CONTROLLER_IMAGE = 'cdk8s-worker-pools/controller';

export const CONTROLLER_ARGS = ['--health-probe-bind-address=:8081', '--leader-elect'];

/** No CPU limit: throttling would delay the start of every run. */
export const CONTROLLER_RESOURCES = {
  limits: { memory: '512Mi' },
  requests: { cpu: '100m', memory: '128Mi' },
};

export const HEALTH_PORT = 8081;

export const METRICS_PORT = 8443;

/** The official chart has this label on what belongs to the controller itself. */
export const CONTROL_PLANE = { 'control-plane': 'controller-manager' };

/** The controller's image is for Linux, on two architectures. */
export const CONTROLLER_AFFINITY = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        {
          matchExpressions: [
            { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64', 'arm64'] },
            { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
          ],
        },
      ],
    },
  },
};

export const METRICS_SERVICE_PORT = { name: 'https', port: 8443, protocol: 'TCP', targetPort: 'metrics' } as const;

/**
 * Ports of what the controller talks to: control planes and API servers at 443, API servers at 6443, the bundled control
 * plane at 8443, MQTT brokers at 8883.
 */
export const EGRESS_PORTS = [443, 6443, 8443, 8883];

/** What a controller takes that is told nothing else; client-go's usual values. */
export const LEADER_ELECTION_SECONDS = { leaseDuration: 15, renewDeadline: 10, retryPeriod: 2 };

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export const LOG_FORMATS = ['json', 'logfmt'];

/** The token of the ServiceAccount that Prometheus runs as, which it shows to whom it scrapes. */
export const PROMETHEUS_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
