import type { Condition } from '../../../src/api';
import type { Controller } from '../../../src/doctor/controllers';
import type { ProgramPod } from '../../../src/doctor/kinds';
import type { ControllersFact } from '../../../src/doctor/subjects/controller';
import { wishesOf } from '../../../src/doctor/subjects/rights';
import type { VersionsFact } from '../../../src/doctor/subjects/versions';
import { ago, cases, condition, controller, NOW, pool } from './fixtures';

type Status = NonNullable<NonNullable<ProgramPod['status']>['containerStatuses']>[number];

const lease = (holderIdentity: string, renewedMinutesAgo = 0) => ({
  metadata: { name: 'ops' },
  spec: { holderIdentity, renewTime: ago(renewedMinutesAgo), leaseDurationSeconds: 15 },
});

const podWith = (status: Partial<Status>): ProgramPod => ({
  metadata: { name: 'ops-1', namespace: 'operators' },
  status: { containerStatuses: [{ name: 'manager', ...status }] },
});

function facts(
  given: Partial<Controller> = {},
  pods: readonly ProgramPod[] = [],
  of = lease('ops-1'),
): ControllersFact {
  return {
    now: NOW,
    pools: [pool()],
    isWhole: true,
    controllers: [{ controller: controller(given), pods, lease: of }],
  };
}

const ended = (reason: string, minutes: number) =>
  podWith({ restartCount: 1, lastState: { terminated: { exitCode: 137, reason, finishedAt: ago(minutes) } } });

export const controllers = cases<ControllersFact>({
  healthy: [
    facts(),
    facts({ namespaces: ['network', 'data'] }),
    facts({}, [ended('Error', 2 * 24 * 60)]),
    { ...facts(), controllers: 'unseen' },
    // Of one namespace it is not known where else a controller may be.
    { ...facts(), controllers: [], isWhole: false },
  ],
  broken: {
    'controller-missing': [{ ...facts(), controllers: [] }],
    'controller-not-ready': [facts({ ready: 0 })],
    'controller-fewer': [facts({ wanted: 2 })],
    'controller-stopped': [facts({ wanted: 0, ready: 0 })],
    'controller-image': [
      facts({}, [podWith({ state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } })]),
    ],
    'controller-out-of-memory': [facts({}, [ended('OOMKilled', 5)])],
    'controller-restarts': [facts({}, [ended('Error', 5)])],
    'controller-no-leader': [facts({}, [], lease('')), facts({}, [], lease('ops-1', 10))],
    'controller-no-election': [facts({ wanted: 2, ready: 2, lease: undefined })],
    'controllers-overlap': [
      { ...facts(), controllers: [...facts().controllers, ...facts({ name: 'other' }).controllers] as never },
      {
        ...facts(),
        controllers: [
          ...facts().controllers,
          ...facts({ name: 'other', namespaces: ['network'] }).controllers,
        ] as never,
      },
    ],
    'pool-not-watched': [facts({ namespaces: ['data'] })],
  },
});

const answers = (of: Controller, denied: string) =>
  wishesOf(of).map((wish) => ({ wish, allowed: `${wish.verb} ${wish.resource}` !== denied }));
const rightsOf = (denied: string, given: Partial<Controller> = {}) => [
  { controller: controller(given), answers: answers(controller(given), denied) },
];

export const rights = cases<unknown>({
  healthy: [
    rightsOf('nothing'),
    [{ controller: controller(), answers: [{ wish: wishesOf(controller())[0], allowed: 'unseen' }] }],
  ],
  broken: {
    'right-missing': [
      rightsOf('create pods'),
      rightsOf('delete poddisruptionbudgets', { keepsBudgets: true }),
      rightsOf('create tokenreviews', { guardsMetrics: true }),
      rightsOf('update leases'),
    ],
    'rights-of-official': [[{ controller: controller({ isOurs: false }), answers: [] }]],
  },
});

const version = (tag: string, given: Partial<Controller> = {}): VersionsFact => ({
  version: '0.1.0',
  controllers: [controller({ image: `example.com/controller${tag}`, ...given })],
});

export const versions = cases<VersionsFact>({
  healthy: [
    version(':0.1.3'),
    version(':latest'),
    version(''),
    version(':9.9.9', { isOurs: false }),
    version('@sha256:0123'),
    { version: '0.1.0', controllers: 'unseen' },
  ],
  broken: { 'version-skew': [version(':0.2.0'), version(':v1.1.0'), version(':0.3.0@sha256:0123')] },
});

const failing = (type: string): Condition => condition(type, 'False', 'ControlPlaneUnreachable');
const poolFacts = (...pools: ReturnType<typeof pool>[]) => ({ now: NOW, pools });
const goes = (minutes: number, finalizers: readonly string[]) =>
  pool({ metadata: { deletionTimestamp: ago(minutes), finalizers } });

export const pools = cases<unknown>({
  healthy: [
    poolFacts(pool()),
    poolFacts(pool(), pool({ name: 'staging' })),
    poolFacts(pool({ status: {}, metadata: { creationTimestamp: ago(0.2) } })),
    poolFacts(pool({ metadata: { generation: 2, creationTimestamp: ago(0.2) } })),
    poolFacts(goes(5, ['workers.spacelift.io/drain'])),
  ],
  broken: {
    'pool-not-ready': [
      poolFacts(pool({ status: { observedGeneration: 1, conditions: [failing('Registered'), failing('Ready')] } })),
      poolFacts(pool({ status: { observedGeneration: 1, conditions: [failing('Ready')] } })),
    ],
    'pool-unseen': [poolFacts(pool({ status: {} })), poolFacts(pool({ metadata: { generation: 2 } }))],
    'pool-shared': [poolFacts(pool(), pool({ name: 'production-2' }))],
    'pool-stuck': [poolFacts(goes(20, ['workers.spacelift.io/drain']))],
    'finalizer-foreign': [poolFacts(goes(20, ['example.com/cleanup']))],
    'pool-foreground': [poolFacts(goes(1, ['foregroundDeletion', 'workers.spacelift.io/drain']))],
  },
});
