import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CHART, OwnCluster, type ProgramOutput } from '../support/helm-cluster';
import { differences, objectsOf } from '../support/helm-objects';
import { OFFICIAL_CHART, OfficialObjects } from '../support/helm-official';
import { createNamespace, kube, type KubeObject } from '../support/kube';

const MINUTE = 60_000;
const RELEASE = 'ops';
const NAME = 'ops-spacelift-workerpool-controller';
const DEFINITIONS = ['workerpools.workers.spacelift.io', 'workers.workers.spacelift.io'];

const EXPORTER = { apiEndpoint: 'https://acme.example', apiKeyId: 'ID', apiKeySecretName: 'promex' };

/** Each official value, and another one than its default where it has one. */
const EVERY_VALUE = {
  crds: { install: true, annotations: { team: 'platform' } },
  controllerManager: {
    replicas: 2,
    manager: {
      args: ['--health-probe-bind-address=:8081', '--leader-elect', '--leader-elect=true'],
      containerSecurityContext: { runAsUser: 65532, allowPrivilegeEscalation: false },
      image: { repository: 'registry.example:5000/controller', tag: 'v9' },
      resources: { limits: { memory: '1Gi' }, requests: { cpu: '200m', memory: '1Gi' } },
      extraVolumeMounts: [{ name: 'certificates', mountPath: '/opt/spacelift/certs' }],
      extraPodLabels: { team: 'platform' },
    },
    annotations: { note: 'on the Deployment' },
    podAnnotations: { 'karpenter.sh/do-not-disrupt': 'true' },
    extraLabels: { team: 'platform' },
    serviceAccount: { create: true, name: 'operator', annotations: { role: 'arn' }, labels: { team: 'platform' } },
    nodeSelector: { pool: 'system' },
    tolerations: [{ key: 'system', operator: 'Exists', effect: 'NoSchedule' }],
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }],
    imagePullSecrets: [{ name: 'registry' }],
    extraVolumes: [{ name: 'certificates', configMap: { name: 'certificates' } }],
    enforceFips140: true,
  },
  kubernetesClusterDomain: 'example.internal',
  metricsService: {
    enabled: true,
    secure: true,
    enableHTTP2: true,
    ports: [{ name: 'https', port: 9443, protocol: 'TCP', targetPort: 'metrics' }],
    type: 'LoadBalancer',
  },
  pdb: { enabled: true, minAvailable: 3 },
  'spacelift-promex': {
    enabled: true,
    ...EXPORTER,
    replicaCount: 2,
    image: { repository: 'registry.example:5000/promex', tag: 'v9', pullPolicy: 'Always' },
    labels: { team: 'platform' },
    annotations: { note: 'on the Deployment' },
    podAnnotations: { note: 'on the Pod' },
    imagePullSecrets: [{ name: 'registry' }],
    nodeSelector: { pool: 'system' },
  },
};

let cluster: OwnCluster;

beforeAll(async () => {
  cluster = await OwnCluster.start();
}, 5 * MINUTE);

afterAll(async () => {
  await cluster?.stop();
});

interface State {
  readonly release: ReadonlyMap<string, KubeObject>;
  /** WorkerPools, Workers and Pods. */
  readonly pools: readonly KubeObject[];
}

/** An official release, and beside it the pools of its users. */
class OfficialRelease {
  private constructor(
    readonly namespace: string,
    readonly poolNamespace: string,
    readonly objects: OfficialObjects,
  ) {}

  static async install(values: (poolNamespace: string) => object, options: string[] = []): Promise<OfficialRelease> {
    const namespace = await createNamespace('release', cluster.server);
    const poolNamespace = await createNamespace('pools', cluster.server);
    const file = cluster.file(values(poolNamespace));
    await cluster.helmOk('install', RELEASE, OFFICIAL_CHART, '--namespace', namespace, '--values', file, ...options);
    const objects = await OfficialObjects.create(cluster, poolNamespace);
    return new OfficialRelease(namespace, poolNamespace, objects);
  }

  async state(): Promise<State> {
    return { release: await objectsOf(cluster, RELEASE, this.namespace), pools: await this.objects.read() };
  }

  async upgrade(...options: string[]): Promise<ProgramOutput> {
    const output = await cluster.helm('upgrade', RELEASE, CHART, '--namespace', this.namespace, ...options);
    if (output.ok) await this.objects.untilReadByOurDefinition();
    return output;
  }

  async remove(): Promise<void> {
    await this.objects.letWorkersGo();
    await cluster.helmOk('uninstall', RELEASE, '--namespace', this.namespace);
    await cluster.kubectlOk('delete', '--ignore-not-found', 'crd', ...DEFINITIONS);
  }
}

/** What the official chart has not: roles that Kubernetes adds to view, edit and admin. */
const isRoleForPeople = (key: string): boolean => /^ClusterRole\/.*-(view|edit|admin|viewer|editor)/.test(key);

const VERSION_LABELS = ['metadata.labels.app.kubernetes.io/version', 'metadata.labels.helm.sh/chart'];

/** What the upgrade changed in the objects of the release, beside the labels that name the version. */
function changes(before: State, after: State, poolNamespace: string): Record<string, string[]> {
  const entries = [...before.release].map(([key, object]): [string, string[]] => {
    const now = after.release.get(key);
    const fields = now ? differences(object, now).filter((path) => !VERSION_LABELS.includes(path)) : ['is gone'];
    return [key.replace(poolNamespace, 'pools'), fields];
  });
  return Object.fromEntries(entries.filter(([, fields]) => fields.length > 0));
}

/** What our Deployment has more: the name of a Lease of its own. */
const OUR_LEASE = ['name', 'value'].map(
  (field) => `spec.template.spec.containers.manager.env.WORKER_POOLS_LEASE_NAME.${field}`,
);

// Rules are narrower than the official ones; the grace period is that of newer official charts.
const CHANGES_ALWAYS = { [`Role/${NAME}-leader-election-role`]: ['rules'] };
const CHANGES_OF_DEFAULTS = {
  ...CHANGES_ALWAYS,
  [`ClusterRole/${NAME}-manager-role`]: ['rules'],
  [`Deployment/${NAME}-controller-manager`]: [
    ...OUR_LEASE,
    'spec.template.spec.containers.manager.image',
    'spec.template.spec.containers.manager.resources.limits.memory',
    // Variables of a namespace's Services would fill the environment.
    'spec.template.spec.enableServiceLinks',
    'spec.template.spec.terminationGracePeriodSeconds',
  ],
};

const SCENARIOS: readonly {
  readonly title: string;
  readonly values: (poolNamespace: string) => object;
  readonly options?: string[];
  readonly changes: Record<string, string[]>;
}[] = [
  { title: 'with default values', values: () => ({}), changes: CHANGES_OF_DEFAULTS },
  {
    title: 'that was made with client-side apply, as Helm 3 does',
    values: () => ({}),
    options: ['--server-side=false'],
    changes: CHANGES_OF_DEFAULTS,
  },
  {
    title: 'with every value set',
    values: () => EVERY_VALUE,
    changes: {
      ...CHANGES_ALWAYS,
      [`ClusterRole/${NAME}-manager-role`]: ['rules'],
      [`Deployment/${NAME}-controller-manager`]: [
        ...OUR_LEASE,
        'spec.template.spec.enableServiceLinks',
        'spec.template.spec.terminationGracePeriodSeconds',
      ],
      'Deployment/ops-spacelift-promex': [
        // Samples that the official chart has among its defaults.
        'metadata.annotations.app.spacelift.io/example',
        'metadata.labels.app.spacelift.io/example',
        // The exporter asks the API server for nothing.
        'spec.template.spec.automountServiceAccountToken',
        // The official chart has none, so that the scheduler counts the exporter as nothing.
        'spec.template.spec.containers.spacelift-promex.resources.limits.memory',
        'spec.template.spec.containers.spacelift-promex.resources.requests.cpu',
        'spec.template.spec.containers.spacelift-promex.resources.requests.memory',
        // Demanded by the Pod Security Standard "restricted".
        'spec.template.spec.containers.spacelift-promex.securityContext.allowPrivilegeEscalation',
        'spec.template.spec.containers.spacelift-promex.securityContext.readOnlyRootFilesystem',
        'spec.template.spec.enableServiceLinks',
        'spec.template.spec.securityContext.runAsNonRoot',
        'spec.template.spec.securityContext.seccompProfile.type',
      ],
    },
  },
  {
    title: 'that looks after listed namespaces, with metrics by plain HTTP',
    values: (poolNamespace) => ({
      controllerManager: { namespaces: [poolNamespace] },
      metricsService: { enabled: true, secure: false },
      pdb: { enabled: true, maxUnavailable: 1, minAvailable: null },
    }),
    changes: {
      ...CHANGES_ALWAYS,
      [`Role/pools/${NAME}-manager-role`]: ['rules'],
      [`Deployment/${NAME}-controller-manager`]: [
        ...OUR_LEASE,
        'spec.template.spec.containers.manager.image',
        'spec.template.spec.containers.manager.resources.limits.memory',
        'spec.template.spec.enableServiceLinks',
        'spec.template.spec.terminationGracePeriodSeconds',
      ],
      // It let the controller read every Secret of its own namespace, of which it needs one.
      [`Role/${NAME}-manager-release-secrets-role`]: ['rules'],
    },
  },
];

describe.each(SCENARIOS)('the upgrade of an official release $title', ({ values, options, changes: expected }) => {
  let release: OfficialRelease;
  let before: State;
  let after: State;

  beforeAll(async () => {
    release = await OfficialRelease.install(values, options);
    before = await release.state();
    const { ok, text } = await release.upgrade('--values', cluster.file(values(release.poolNamespace)));
    if (!ok) throw new Error(text);
    after = await release.state();
  }, 2 * MINUTE);

  afterAll(async () => {
    await release?.remove();
  }, MINUTE);

  it('touches no WorkerPool, no Worker and no Pod', () => {
    expect(after.pools).toHaveLength(4);
    expect(after.pools).toEqual(before.pools.map(withDefaultsOfOurDefinition));
  });

  it('leaves objects that may be written again as they are', async () => {
    for (const object of after.pools) {
      const answer = await kube(
        'PUT',
        `${release.objects.path(object)}?fieldValidation=Strict&dryRun=All`,
        object,
        cluster.server,
      );
      expect(answer).toMatchObject({ status: 200, body: { spec: object.spec } });
    }
  });

  it('changes the objects of the release in place, and of them only what is said to differ', () => {
    for (const [key, { metadata }] of after.release) {
      if (!isRoleForPeople(key)) expect([key, metadata.uid]).toEqual([key, before.release.get(key)?.metadata.uid]);
    }
    expect(changes(before, after, release.poolNamespace)).toEqual(expected);
  });

  it('starts the controller with the arguments of before', () => {
    expect(argumentsOf(before)).not.toEqual([]);
    expect(argumentsOf(after)).toEqual(argumentsOf(before));
  });

  it('can be rolled back', async () => {
    await cluster.helmOk('rollback', RELEASE, '1', '--namespace', release.namespace);
    const back = await release.state();
    expect(back.pools.map(({ metadata }) => metadata)).toEqual(before.pools.map(({ metadata }) => metadata));
    expect(argumentsOf(back)).toEqual(argumentsOf(before));
  });
});

describe('the upgrade without a values file', () => {
  let release: OfficialRelease;

  beforeAll(async () => {
    release = await OfficialRelease.install(() => ({ pdb: { enabled: true } }));
  }, 2 * MINUTE);

  afterAll(async () => {
    await release?.remove();
  }, MINUTE);

  it('is refused with --reuse-values, by which Helm leaves out the defaults of the new chart', async () => {
    const before = await release.state();
    const { ok, text } = await release.upgrade('--reuse-values');
    expect(text).toContain("at '/controllerManager': missing properties");
    expect(ok).toBe(false);
    expect(await release.state()).toEqual(before);
  });

  it('takes what was set before with --reset-then-reuse-values', async () => {
    const before = await release.state();
    const { ok, text } = await release.upgrade('--reset-then-reuse-values');
    expect(text).toContain('has been upgraded');
    expect(ok).toBe(true);
    const after = await release.state();
    expect(changes(before, after, release.poolNamespace)).toEqual({
      ...CHANGES_OF_DEFAULTS,
      // The controller keeps budgets itself, wherever runs are carried out.
      [`Deployment/${NAME}-controller-manager`]: [
        'spec.template.spec.containers.manager.env.WORKER_POOLS_RUN_DISRUPTION_BUDGET.name',
        'spec.template.spec.containers.manager.env.WORKER_POOLS_RUN_DISRUPTION_BUDGET.value',
        ...CHANGES_OF_DEFAULTS[`Deployment/${NAME}-controller-manager`],
      ].sort(),
      [`PodDisruptionBudget/${NAME}-worker-pdb`]: ['is gone'],
    });
  });
});

function argumentsOf({ release }: State): string[] {
  const { spec } = release.get(`Deployment/${NAME}-controller-manager`) as unknown as {
    spec: { template: { spec: { containers: { args: string[] }[] } } };
  };
  return spec.template.spec.containers[0]?.args ?? [];
}

/** A field of newer official definitions, which are read with its default from then on. */
function withDefaultsOfOurDefinition(object: KubeObject): KubeObject {
  return object.kind === 'WorkerPool'
    ? { ...object, spec: { commsProtocol: 'mqtt', ...(object.spec as object) } }
    : object;
}
