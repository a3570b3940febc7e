/** Where the official chart breaks: what happens here instead, rendered by real Helm. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { operatorChart } from '../../../../src/constructs/operator/chart/chart';
import { synthesizeChart } from '../../../../src/charting/synthesize';
import { GeneratedChart, sorted } from '../../../charting/support/helm';

type Json = Readonly<Record<string, unknown>>;

const release = { name: 'ops', namespace: 'tools' };
const noCrds = { crds: { install: false } };

let chart: GeneratedChart;
beforeAll(() => {
  chart = new GeneratedChart();
});
afterAll(() => chart.remove());

/** What Helm renders, which is what the constructs make of the same values. */
async function rendered(values: Json, of = release): Promise<Json[]> {
  const objects = sorted(await chart.objects({ ...noCrds, ...values }, of));
  expect(objects).toEqual(sorted(synthesizeChart(operatorChart, of, { ...noCrds, ...values })));
  return objects;
}

async function one(kind: string, values: Json, of = release) {
  const found = (await rendered(values, of)).filter((object) => object.kind === kind);
  expect(found).toHaveLength(1);
  return found[0] as { readonly metadata: { readonly name: string }; readonly spec: object };
}

describe('the budget of run Pods', () => {
  it.each<[string, Json, object]>([
    ['is a number that Kubernetes can compute', {}, { minAvailable: 2147483647 }],
    ["is the official chart's where somebody asks for it", { minAvailable: '100%' }, { minAvailable: '100%' }],
    ['takes maxUnavailable alone', { maxUnavailable: 1 }, { maxUnavailable: 1 }],
    [
      'takes maxUnavailable with the official default switched off',
      { minAvailable: '', maxUnavailable: 1 },
      { maxUnavailable: 1 },
    ],
    ['takes a maxUnavailable of 0', { maxUnavailable: 0 }, { maxUnavailable: 0 }],
    ['takes a minAvailable of 0', { minAvailable: 0 }, { minAvailable: 0 }],
  ])('%s', async (_, pdb, expected) => {
    // Spacelift's own controller keeps none, so that the chart always makes it.
    const controllerManager = { rbac: { rules: 'official' } };
    const { spec } = await one('PodDisruptionBudget', { controllerManager, pdb: { enabled: true, ...pdb } });
    const { selector: _selector, ...numbers } = spec as Json;
    expect(numbers).toEqual(expected);
  });
});

describe('an empty string in a values file', () => {
  it('means unset', async () => {
    const values = (empty: string | null) => ({
      pdb: { enabled: true, maxUnavailable: empty },
      controllerManager: {
        manager: { image: { digest: empty, pullPolicy: empty } },
        logging: { level: empty, format: empty },
        pdb: { enabled: true, minAvailable: empty, maxUnavailable: empty },
        priorityClassName: empty,
      },
    });
    expect(await rendered(values(''))).toEqual(await rendered(values(null)));
  });
});

describe('the Service of the metrics', () => {
  it.each([
    ['has the official name', 'ops', 'ops-spacelift-workerpool-controller-metrics-service'],
    ['begins with a letter', '1234', 's-1234-spacelift-workerpool-controller-5a34efab-metrics-service'],
    ['begins with a letter', '1e3', 's-1e3-spacelift-workerpool-controller-8954907d-metrics-service'],
    ['has a name of at most 63 characters', 'a'.repeat(53), `s-${'a'.repeat(36)}-a3acaf40-metrics-service`],
    ['has no dots', 'a.b', 's-a-b-spacelift-workerpool-controller-7f1eb3d8-metrics-service'],
  ])('%s: release %s', async (_, name, service) => {
    const { metadata } = await one('Service', { metricsService: { enabled: true } }, { ...release, name });
    expect(metadata.name).toBe(service);
    expect(metadata.name).toMatch(/^[a-z][-a-z0-9]{0,62}$/);
  });
});

interface Pod {
  readonly affinity?: object;
  readonly imagePullSecrets?: object;
  readonly securityContext?: object;
  readonly containers: readonly [Readonly<Record<'image' | 'imagePullPolicy', string>> & { readonly args: string[] }];
}

async function pod(values: Json): Promise<Pod> {
  const { spec } = await one('Deployment', values);
  return (spec as { readonly template: { readonly spec: Pod } }).template.spec;
}

describe('the controller', () => {
  const manager = (values: object) => ({ controllerManager: { manager: values } });

  it('starts without arguments of its own', async () => {
    const { containers } = await pod(manager({ args: [] }));
    expect(containers[0].args).toEqual(['--controller-namespace=$(CONTROLLER_NAMESPACE)']);
  });

  it('is told timings of leader election and how to log, where somebody says so', async () => {
    const { containers } = await pod({
      controllerManager: {
        leaderElection: { leaseDurationSeconds: 1000000, renewDeadlineSeconds: 40, retryPeriodSeconds: 5 },
        logging: { level: 'debug', format: 'logfmt' },
      },
    });
    expect(containers[0].args.slice(-5)).toEqual([
      '--leader-elect-lease-duration=1000000s',
      '--leader-elect-renew-deadline=40s',
      '--leader-elect-retry-period=5s',
      '--log-level=debug',
      '--log-format=logfmt',
    ]);
  });

  const digest = `sha256:${'0'.repeat(64)}`;
  it.each<[string, object, object, string]>([
    ['by its tag', { repository: 'a.b/c/d', tag: '1' }, {}, 'a.b/c/d:1'],
    ['by its digest', { repository: 'a.b/c/d', digest }, {}, `a.b/c/d@${digest}`],
    ['from a mirror', { repository: 'a.b/c/d', tag: '1' }, { imageRegistry: 'mirror/x/' }, 'mirror/x/c/d:1'],
    ['from a mirror of a port', { repository: 'localhost:5000/d', tag: '1' }, { imageRegistry: 'm' }, 'm/d:1'],
    ['from a mirror of no registry', { repository: 'c/d', tag: '1' }, { imageRegistry: 'm' }, 'm/c/d:1'],
  ])('is pulled %s', async (_, image, global, name) => {
    const { containers } = await pod({ ...manager({ image }), global });
    expect(containers[0].image).toBe(name);
  });

  it('keeps to Linux when it is also kept from its own kind', async () => {
    const podAntiAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [] };
    const { affinity } = await pod({ controllerManager: { affinity: { podAntiAffinity } } });
    expect(affinity).toEqual({
      podAntiAffinity,
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
    });
  });

  it('may go anywhere where somebody says so', async () => {
    expect(await pod({ controllerManager: { affinity: { nodeAffinity: null } } })).not.toHaveProperty('affinity');
  });

  it('has the ServiceAccount that the official chart gives it, however long its name', async () => {
    const fullnameOverride = 'a'.repeat(60);
    const { metadata } = await one('ServiceAccount', { fullnameOverride });
    expect(metadata.name).toBe(`${fullnameOverride}-co`);
  });

  it('is pulled with the secrets of all images and with its own', async () => {
    const { imagePullSecrets } = await pod({
      global: { imagePullSecrets: [{ name: 'all' }] },
      controllerManager: { imagePullSecrets: [{ name: 'own' }] },
    });
    expect(imagePullSecrets).toEqual([{ name: 'all' }, { name: 'own' }]);
  });

  it('is found by its Deployment, whatever its labels', async () => {
    const { spec } = await one('Deployment', manager({ extraPodLabels: { 'control-plane': 'mine', team: 'a' } }));
    const { selector, template } = spec as unknown as Record<'selector' | 'template', Record<string, { labels: Json }>>;
    expect(template.metadata?.labels).toEqual({ ...selector.matchLabels, team: 'a' });
  });

  it('gives every object the common labels and annotations, and keeps its own', async () => {
    const common = { team: 'a', 'app.kubernetes.io/name': 'mine' };
    for (const object of await rendered({ commonLabels: common, commonAnnotations: { note: 'b' } })) {
      expect(object.metadata).toMatchObject({
        labels: { team: 'a', 'app.kubernetes.io/name': 'spacelift-workerpool-controller' },
        annotations: { note: 'b' },
      });
    }
  });
});

describe('the rights of the controller', () => {
  interface Role {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string };
    readonly rules?: readonly { readonly resources: string[]; readonly verbs: string[] }[];
  }

  async function roles(controllerManager: object): Promise<readonly string[]> {
    const objects = (await rendered({ controllerManager })) as unknown as readonly Role[];
    return objects.flatMap(({ kind, metadata, rules }) => {
      const name = `${metadata.namespace ?? '*'} ${metadata.name.replace(/^ops-spacelift-workerpool-controller-/, '')}`;
      if (kind.endsWith('Binding')) return [name];
      return (rules ?? []).map(({ resources, verbs }) => `${name}: ${resources.join()} ${[...verbs].sort().join()}`);
    });
  }
  const all = 'create,delete,get,list,patch,update,watch';

  it('are the official ones where somebody asks for them, and the patch of Pods', async () => {
    expect(await roles({ rbac: { rules: 'official', aggregateClusterRoles: false } })).toEqual([
      '* manager-role: pods create,delete,get,list,patch,watch',
      '* manager-role: secrets create,delete,get,list,update,watch',
      '* manager-role: events create,patch',
      `* manager-role: workerpools,workers ${all}`,
      '* manager-role: workerpools/status,workers/status get,patch,update',
      '* manager-role: workerpools/finalizers,workers/finalizers update',
      '* manager-rolebinding',
      `tools leader-election-role: configmaps ${all}`,
      `tools leader-election-role: leases ${all}`,
      'tools leader-election-role: events create,patch',
      'tools leader-election-rolebinding',
    ]);
  });

  it('reach the Secrets beside the controller where the pools are elsewhere, as the official ones do', async () => {
    const granted = await roles({ rbac: { rules: 'official' }, namespaces: ['a'] });
    expect(granted).toContain('tools manager-release-secrets-role: secrets get,list,watch');
    expect(granted).toContain('tools manager-release-secrets-rolebinding');
    expect(await roles({ namespaces: ['a'] })).not.toContain('tools manager-release-secrets-rolebinding');
  });

  it('are left to others where somebody says so', async () => {
    expect(await roles({ rbac: { create: false }, namespaces: ['a'] })).toEqual([]);
  });
});

describe('the NetworkPolicy of the controller', () => {
  it('lets it reach API servers, control planes and DNS, and lets itself be asked for its health', async () => {
    const { spec } = await one('NetworkPolicy', { controllerManager: { networkPolicy: { enabled: true } } });
    const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: 'TCP' }));
    expect(spec).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: tcp(8081) }],
      egress: [{ ports: [{ port: 53, protocol: 'UDP' }, ...tcp(53)] }, { ports: tcp(443, 6443, 8443, 8883) }],
    });
  });

  it('lets only those scrape who are named, and adds what is asked for', async () => {
    const peer = { namespaceSelector: { matchLabels: { name: 'monitoring' } } };
    const { spec } = await one('NetworkPolicy', {
      metricsService: { enabled: true },
      controllerManager: {
        networkPolicy: { enabled: true, egressPorts: [], extraEgress: [{ to: [peer] }], metricsFrom: [peer] },
      },
    });
    const { egress, ingress } = spec as Record<string, object[]>;
    expect(egress?.slice(1)).toEqual([{ to: [peer] }]);
    expect(ingress?.slice(1)).toEqual([{ from: [peer], ports: [{ port: 8443, protocol: 'TCP' }] }]);
  });
});
