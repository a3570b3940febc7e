/** Where the official chart breaks: what happens here instead, rendered by real Helm. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { operatorChart } from '../../src/helm/charts/operator-chart';
import { synthesizeChart } from '../../src/helm/synthesize';
import { GeneratedChart, sorted } from './support/helm';

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
    const { spec } = await one('PodDisruptionBudget', { pdb: { enabled: true, ...pdb } });
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
    expect(await roles({ rbac: { rules: 'official' } })).toEqual([
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

describe('what cannot work is refused, by Helm and by the constructs', () => {
  const args = (...list: string[]) => ({ controllerManager: { manager: { args: list } } });
  const ports = (...list: object[]) => ({ metricsService: { enabled: true, ports: list } });
  const monitor = (secure: boolean, scheme: string) => ({
    metricsService: { enabled: true, secure, serviceMonitor: { enabled: true, scheme } },
  });
  const timings = (leaderElection: object) => ({ controllerManager: { leaderElection } });
  const cases: readonly [string, Json, string][] = [
    ['both numbers of a budget', { pdb: { enabled: true, minAvailable: 0, maxUnavailable: 0 } }, 'not both'],
    [
      'two leaders',
      { controllerManager: { replicas: 2, manager: { args: ['--x'] } } },
      'need the argument --leader-elect',
    ],
    ['probes that nobody answers', args('--health-probe-bind-address=:9090'), 'must end in :8081'],
    ['probes that nobody answers, in two words', args('--health-probe-bind-address', ':80810'), 'must end in :8081'],
    [
      'metrics at the port of the probes',
      args('--metrics-bind-address=127.0.0.1:8081'),
      'which the health probes have',
    ],
    ['a Service without ports', ports(), 'a Service needs one'],
    ['a port twice', ports({ name: 'a', port: 1 }, { name: 'b', port: 1 }), 'have the same port'],
    ['a name of ports twice', ports({ name: 'a', port: 1 }, { name: 'a', port: 2 }), 'have the same name'],
    ['an encrypted scrape of plain metrics', monitor(false, 'https'), 'set its scheme to http'],
    ['a plain scrape of encrypted metrics', monitor(true, 'http'), 'set its scheme to https'],
    ['a deadline after the lease is over', timings({ renewDeadlineSeconds: 15 }), 'longer than the renew deadline'],
    ['retries that come too late', timings({ retryPeriodSeconds: 10 }), 'longer than the retry period'],
  ];
  it.each(cases)('%s', async (_, values, sentence) => {
    const { ok, text } = await chart.template(values, release);
    expect(text).toContain(sentence);
    expect(ok).toBe(false);
    expect(() => synthesizeChart(operatorChart, release, values)).toThrow(sentence);
  });

  it.each<[string, Json]>([
    ['two replicas that elect a leader', { controllerManager: { replicas: 2 } }],
    ['an address with its port in the next argument', args('--health-probe-bind-address', '[::]:8081')],
    ['two ports', ports({ name: 'a', port: 1, targetPort: 8443 }, { name: 'b', port: 8443, targetPort: 8443 })],
    ['longer timings', timings({ leaseDurationSeconds: 60, renewDeadlineSeconds: 40 })],
  ])('but not %s', async (_, values) => {
    expect(await rendered(values)).not.toEqual([]);
  });
});

describe('helm refuses by the schema', () => {
  it.each<[string, Json, string]>([
    ['a namespace twice', { controllerManager: { namespaces: ['a', 'a'] } }, "at '/controllerManager/namespaces'"],
    ['what is no namespace', { controllerManager: { namespaces: ['A_b'] } }, "at '/controllerManager/namespaces/0'"],
    ['a part of a Pod', { pdb: { minAvailable: '50' } }, "at '/pdb/minAvailable'"],
    ['fewer Pods than none', { pdb: { maxUnavailable: -1 } }, "at '/pdb/maxUnavailable'"],
    ['unknown rules', { controllerManager: { rbac: { rules: 'all' } } }, "value must be one of 'minimal', 'official'"],
    ['a name with capitals', { fullnameOverride: 'Ops' }, "at '/fullnameOverride'"],
    ['a digest without its algorithm', { controllerManager: { manager: { image: { digest: 'ab' } } } }, 'image/digest'],
    ['an unknown log format', { controllerManager: { logging: { format: 'xml' } } }, 'logging/format'],
    ['a port beyond the last', { controllerManager: { networkPolicy: { egressPorts: [65536] } } }, 'egressPorts/0'],
  ])('%s', async (_, values, sentence) => {
    const { ok, text } = await chart.template(values, release);
    expect(text).toContain(sentence);
    expect(ok).toBe(false);
  });
});
