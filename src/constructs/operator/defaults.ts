/** What the operator's construct and chart take where nobody says otherwise; src/api/defaults.ts has what others know, too. */

import { CONTROL_PLANE_PORT, HEALTH_PORT, IMAGE } from '../../api';

export const OPERATOR_NAME = 'spacelift-workerpool-controller';

export const CONTROLLER_IMAGE = IMAGE.controller;

export const CONTROLLER_ARGS = [`--health-probe-bind-address=:${HEALTH_PORT}`, '--leader-elect'];

/** No CPU limit: throttling would delay the start of every run. */
export const CONTROLLER_RESOURCES = {
  limits: { memory: '512Mi' },
  requests: { cpu: '100m', memory: '128Mi' },
};

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
 * plane and its broker.
 */
export const EGRESS_PORTS = [443, 6443, CONTROL_PLANE_PORT.https, CONTROL_PLANE_PORT.mqtts];

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export const LOG_FORMATS = ['json', 'logfmt'];

/** The token of the ServiceAccount that Prometheus runs as, which it shows to whom it scrapes. */
export const PROMETHEUS_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
