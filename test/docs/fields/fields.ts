import type { Proof } from '../features';

/** A field of the WorkerPool's spec with the tests on the real API server that show what it does. */
const shownBy = (...tests: readonly [file: string, title: string][]): readonly Proof[] =>
  tests.map(([file, title]) => ({ file: `integration/${file}.test.ts`, title }));

const CREDENTIALS = shownBy(
  ['worker-pool', 'becomes Workers that the control plane knows'],
  ['worker-pool-faults', 'a WorkerPool with unusable credentials says so'],
);
const OWN_API_KEY = shownBy([
  'registration',
  'registers itself with credentials of its own, names of its own for them',
]);
const KEPT_EQUAL = shownBy(['registration', 'registers itself with the key of the operator, is kept equal']);
const kept = (field: string): readonly Proof[] => shownBy(['pod-history', field]);

/**
 * Each field of `WorkerPool.spec` outside of `pod`, by its path, with the tests that show what it does on the real API server.
 * Those of `spec.pod` are a table of their own, test/integration/pod-fields.test.ts.
 */
export const FIELDS: Readonly<Record<string, readonly Proof[]>> = {
  poolSize: shownBy(
    ['worker-pool', 'scales up, down and to zero as told by its scale subresource'],
    ['worker-pool', 'keeps the size an autoscaler gave it when poolSize is left out of the manifest'],
    ['roll-out', 'has its runs wait, and carries them out by the newest template once it has a Worker'],
  ),
  token: CREDENTIALS,
  'token.secretKeyRef': CREDENTIALS,
  privateKey: CREDENTIALS,
  'privateKey.secretKeyRef': CREDENTIALS,
  spaceliftAPICredentials: OWN_API_KEY,
  'spaceliftAPICredentials.secretName': OWN_API_KEY,
  'spaceliftAPICredentials.keyEndpointField': OWN_API_KEY,
  'spaceliftAPICredentials.keyIdField': OWN_API_KEY,
  'spaceliftAPICredentials.keySecretField': OWN_API_KEY,
  'spaceliftAPICredentials.secretKeyRef': shownBy([
    'registration',
    'registers itself with credentials of its own, all of them under one key',
  ]),
  space: KEPT_EQUAL,
  description: KEPT_EQUAL,
  driftDetectionRunLimits: KEPT_EQUAL,
  'driftDetectionRunLimits.disabled': KEPT_EQUAL,
  'driftDetectionRunLimits.maxRuns': KEPT_EQUAL,
  allowedRunnerImageHosts: shownBy([
    'run',
    'by the pool itself, for its runner image, ends the run before there is a Pod',
  ]),
  commsProtocol: shownBy(['worker-pool', 'a WorkerPool over poll'], ['worker-pool', 'a WorkerPool over mqtt']),
  pollCommsURL: shownBy(['worker-pool', 'a WorkerPool over poll']),
  mqttReconnectRetryCount: shownBy(['worker-pool-faults', 'cannot be reached, and then can']),
  successfulPodsHistoryLimit: kept('successfulPodsHistoryLimit'),
  successfulPodsHistoryTTL: kept('successfulPodsHistoryTTL'),
  failedPodsHistoryLimit: kept('failedPodsHistoryLimit'),
  failedPodsHistoryTTL: kept('failedPodsHistoryTTL'),
  keepSuccessfulPods: kept('keepSuccessfulPods'),
  pod: shownBy(['pod-fields', 'every field of spec.pod is tried'], ['roll-out', 'a changed Pod template']),
};
