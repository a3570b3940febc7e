import type { WorkerPoolSpec } from '../../../src/api';
import { CONFIG_MAPS, SECRETS } from '../../../src/controller/runtime';
import type { EndpointFact } from '../../../src/doctor/subjects/endpoints';
import type { PodFact } from '../../../src/doctor/subjects/pods';
import type { SecretFact } from '../../../src/doctor/subjects/secrets';
import { cases, condition, NOW, pool, runPod } from './fixtures';

const DAY = 24 * 3_600_000;
const token = (certificateDays: number, authorityDays = 1000, poolId = '01K3ZC0000000000000000000P') => ({
  poolId,
  endpoint: 'https://cp.example.com',
  mqtt: 'mqtts://cp.example.com:8883',
  ca: '',
  certificateEnds: NOW + certificateDays * DAY,
  authorityEnds: NOW + authorityDays * DAY,
});
const secret = (credentials: SecretFact['credentials'], missingApiSecret?: string) => ({
  now: NOW,
  secrets: [{ pool: pool(), credentials, ...(missingApiSecret && { missingApiSecret }) }],
});

export const secrets = cases<unknown>({
  healthy: [secret(token(365)), secret(undefined)],
  broken: {
    'secret-invalid': [secret({ problem: 'there is no Secret "credentials"' })],
    'secret-other-pool': [secret(token(365, 1000, '01K3ZC0000000000000000000X'))],
    'certificate-expired': [secret(token(-1)), secret(token(365, -1))],
    'certificate-expires': [secret(token(10)), secret(token(365, 29))],
    'api-secret-missing': [secret(undefined, 'there is no Secret with an API key')],
  },
});

const endpoint = (failure: EndpointFact['probes'][number]['failure'], registered: 'True' | 'False'): EndpointFact[] => {
  const status = { observedGeneration: 1, conditions: [condition('Registered', registered)] };
  return [{ probes: [{ url: 'https://cp.example.com', ...(failure && { failure }) }], pools: [pool({ status })] }];
};
const unreachable = { kind: 'unreachable', message: 'it cannot be reached' } as const;

export const endpoints = cases<EndpointFact[]>({
  healthy: [endpoint(undefined, 'True'), []],
  broken: {
    'endpoint-unreachable': [endpoint(unreachable, 'False')],
    'endpoint-unreachable-here': [endpoint(unreachable, 'True')],
    'endpoint-untrusted': [endpoint({ kind: 'certificate', message: 'it is not trusted' }, 'True')],
  },
});

/** Clocks of the machine and the control plane, in seconds ahead of the API server. */
const clocks = (here: number, there: number) => ({
  clocks: { here: NOW + here * 1000, apiServer: NOW },
  endpoints: [
    {
      probes: [
        { url: 'https://cp.example.com', clock: { here: NOW + here * 1000 + 3, there: NOW + there * 1000 + 3 } },
      ],
      pools: [pool()],
    },
  ],
});

export const clock = cases<unknown>({
  healthy: [clocks(0, 0), clocks(30, -30), { ...clocks(500, 500), clocks: { here: NOW, apiServer: undefined } }],
  broken: { 'clock-cluster': [clocks(0, 90), clocks(50, -90)], 'clock-here': [clocks(120, 0), clocks(-120, 0)] },
});

const sample = (given: Partial<PodFact> = {}): PodFact[] => [
  { pool: pool(), pod: runPod(pool()), policy: undefined, missing: [], ...given },
];

export const pods = cases<PodFact[]>({
  healthy: [sample()],
  broken: {
    'pod-refused': [sample({ refused: 'violates PodSecurity "restricted:latest"' })],
    'policy-missing': [sample({ policy: 'there is no ConfigMap "policy"' })],
    'reference-missing': [
      sample({ missing: [{ resource: CONFIG_MAPS, name: 'files', field: 'volume "files"', weight: 'needed' }] }),
    ],
    'pull-secret-missing': [
      sample({
        missing: [{ resource: SECRETS, name: 'registry', field: 'spec.pod.imagePullSecrets', weight: 'pull' }],
      }),
    ],
  },
});

const hosts = (allowedRunnerImageHosts: readonly string[] | undefined, spec: WorkerPoolSpec = {}) => [
  pool({ spec: { ...spec, ...(allowedRunnerImageHosts && { allowedRunnerImageHosts }) } }),
];
const DEFAULT_FROM = (image: string): WorkerPoolSpec => ({ pod: { defaultRunnerImage: image } });

export const images = cases<unknown>({
  healthy: [
    hosts(undefined),
    hosts(['docker.io', 'registry.example.com:5000', 'localhost', 'GHCR.io']),
    hosts(['index.docker.io'], DEFAULT_FROM('example/runner:1')),
    hosts(['registry.example.com'], DEFAULT_FROM('registry.example.com/runner:1')),
  ],
  broken: {
    'image-host-unusable': [
      hosts(['https://ghcr.io']),
      hosts(['ghcr.io/acme']),
      hosts(['*.example.com']),
      hosts(['acme']),
    ],
    'image-hosts-none': [hosts([])],
    'image-host-of-default': [hosts(['ghcr.io'], DEFAULT_FROM('example/runner:1'))],
  },
});
