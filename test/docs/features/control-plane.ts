import { inPart, isToCome, works, type FeatureGroup } from './feature';

export const MANAGEMENT: FeatureGroup = {
  title: 'Managing pools',
  features: [
    works(
      'F49',
      'A pool is created from a signing request, and gives its token',
      ['control-plane/graphql/operations', 'workerPoolCreate'],
      ['browser/pools', 'a cluster speaks for a pool with the Secret that a browser has made'],
    ),
    works('F50', 'Space, description, labels and drift limit of a pool', [
      'control-plane/graphql/worker-pools',
      'an update',
    ]),
    works('F51', 'Workers that are idle, busy or drained; drain and undrain', [
      'cli/commands/pool-owner',
      'drain is seen in the list, keeps runs away, and undone gives them again',
    ]),
    works('F52', 'Cycle', [
      'control-plane/graphql/worker-pools',
      'lets idle workers go at once, drained ones too, and busy ones after their run',
    ]),
    works(
      'F53',
      'Reset',
      ['control-plane/identity/pool-identity', 'lets that run finish with what it has: state, log and outcome arrive'],
      ['integration/worker-pool-faults', 'refuses the credentials of a pool that was reset, and takes the new ones'],
    ),
    works('F54', 'The queue of a pool', [
      'control-plane/graphql/worker-pools',
      'shows what is in progress first, then what waits for a worker',
    ]),
    works('F55', 'What uses a pool', [
      'cli/commands/pool-owner',
      'show has its queue, in progress first, with what each run waits for, and what it is used by',
    ]),
    works('F56', 'The public pool has no list of workers (and here no workers)', [
      'control-plane/graphql/operations',
      'publicWorkerPool',
    ]),
    works(
      'F57',
      'A stack or a module is attached to a pool',
      ['control-plane/graphql/operations', 'stackUpdate'],
      ['control-plane/queue/module-versions', 'is attached to another pool once its tests have ended'],
      ['integration/modules', 'a version is made and destroyed by the real OpenTofu'],
    ),
    works('F58', 'Limits of drift detection of a pool', [
      'control-plane/queue/drift',
      'so many are in progress at once, and the others say so',
    ]),
    works('F59', 'A run goes before others', [
      'control-plane/queue/people',
      'has prioritized runs first, then tracked ones, then proposed ones, each by age',
    ]),
    isToCome('F60', 'Workers on machines with Docker, in the same pool (later)'),
    works(
      'F62',
      'VCS agent pools',
      ['launcher/init/git/agents', 'init clones through the control plane and an agent'],
      ['vcs-agent/clone', 'git clones through an agent'],
      ['vcs-agent/streams', 'opens streams to each replica'],
    ),
    isToCome('F70', 'The way from Docker in Docker and from the older chart (later)'),
  ],
};

export const API: FeatureGroup = {
  title: 'The API, and who uses it',
  features: [
    works(
      'F64',
      'Log-in, tokens and errors as the public clients expect them',
      ['control-plane/graphql/public-clients', 'logs in, and decodes the answer'],
      ['control-plane/graphql/public-clients', 'a token'],
    ),
    works(
      'F65',
      'Queries and mutations of worker pools',
      ['control-plane/graphql/operations', 'every field at the root of the API is in the table'],
      ['control-plane/graphql/public-clients', 'the pool resource of the provider'],
    ),
    inPart(
      'runs of the clients that registries do not have',
      'F66',
      '`spacectl`, the OpenTofu and Terraform provider, the Prometheus exporter, the EC2 autoscaler',
      ['control-plane/graphql/public-clients', 'spacectl workerpool watch sees runs in their turn'],
      ['integration/registry-clients', 'spaceforge of PyPI exchanges a key, and asks for a stack'],
    ),
    works('F67', 'Roles, that of a controller of worker pools among them', [
      'control-plane/graphql/roles',
      'the role worker-pool-controller',
    ]),
  ],
};
