export const OPERATOR_NAME = 'spacelift-workerpool-controller';

/** The official chart has this label on what belongs to the controller itself. */
export const CONTROL_PLANE = { 'control-plane': 'controller-manager' };

/** What the controller's container starts, in this project's image and in Spacelift's: by it the Deployment is known. */
export const CONTROLLER_COMMAND = '/spacelift-workerpool-controller';

/** Where the controller's container serves its metrics. */
export const METRICS_PORT = 8443;

export const METRICS_SERVICE_PORT = { name: 'https', port: 8443, protocol: 'TCP', targetPort: 'metrics' } as const;
