import { describe, expect, it } from '@jest/globals';
import { operatorChart } from '../../../../src/constructs/operator/chart/chart';
import type { Manifest } from '../../support';
import { Goldens } from '../../../charting/support/goldens';
import { generatedChart, NO_CRDS } from '../../../charting/support/helm';

const fullName = 'ops-spacelift-workerpool-controller';

const goldens = new Goldens(
  generatedChart(),
  `charts/${operatorChart.name}/ci`,
  'test/constructs/operator/chart/goldens',
);
const objectOf = (...of: Parameters<Goldens['object']>) => goldens.object(...of);
const kindsOf = (name: string) => goldens.kinds(name);

goldens.describeEach(NO_CRDS);

describe('a golden rendering', () => {
  it('of the defaults has one Deployment, and rights in every namespace', () => {
    expect(objectOf('defaults', 'Deployment')).toMatchObject({
      spec: { replicas: 1, template: { spec: { containers: [{ name: 'manager' }] } } },
    });
    expect(kindsOf('defaults')).toContain('ClusterRole');
    expect(kindsOf('defaults')).not.toContain('PodDisruptionBudget');
  });

  it("of the official values runs the official image, and makes the official chart's objects", () => {
    expect(objectOf('official', 'Deployment', `${fullName}-controller-manager`)).toMatchObject({
      metadata: { namespace: 'tools', labels: { 'control-plane': 'controller-manager' } },
      spec: {
        selector: { matchLabels: { 'app.kubernetes.io/instance': 'ops', 'control-plane': 'controller-manager' } },
        template: { spec: { containers: [{ image: expect.stringMatching(/kube-workerpool-controller:v0\.0\.32$/) }] } },
      },
    });
  });

  it('of listed namespaces has no rights anywhere else, and keeps budgets in each', () => {
    expect(kindsOf('namespaced')).not.toContain('ClusterRole');
    const mayKeepBudgets = (goldens.objects('namespaced') as unknown as Manifest[]).filter((object) =>
      JSON.stringify(object).includes('"poddisruptionbudgets"'),
    );
    expect(mayKeepBudgets.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([
      ['Role', 'team-a'],
      ['Role', 'team-b'],
    ]);
  });

  it('of pools has them with their Secret, claim and cache, to go with the release', () => {
    expect(objectOf('pools', 'WorkerPool', 'production')).toMatchObject({
      spec: {
        poolSize: 3,
        token: { secretKeyRef: { name: 'production-pool', key: 'token' } },
        pod: {
          nodeSelector: { disk: 'ssd' },
          binariesCacheVolume: { persistentVolumeClaim: { claimName: 'production-binaries-cache' } },
        },
      },
    });
    expect(objectOf('pools', 'PersistentVolumeClaim')).toMatchObject({ spec: { storageClassName: 'efs' } });
    expect(objectOf('pools', 'Secret')).toMatchObject({
      metadata: { name: 'try-out-credentials', namespace: 'sandbox' },
    });
    expect(objectOf('pools', 'WorkerPool')?.metadata).not.toHaveProperty('annotations');
    expect(objectOf('pools', 'ConfigMap')).toMatchObject({
      data: { 'policy.rego': expect.stringContaining('{{ these }}') },
    });
  });

  it('of metrics guards them, and tells Prometheus where they are', () => {
    expect(objectOf('metrics', 'Service')).toMatchObject({ spec: { ports: [{ port: 8443, targetPort: 'metrics' }] } });
    expect(objectOf('metrics', 'ServiceMonitor')).toMatchObject({
      metadata: { namespace: 'monitoring', labels: { release: 'prometheus' } },
      spec: { namespaceSelector: { matchNames: ['tools'] }, endpoints: [{ tlsConfig: { insecureSkipVerify: true } }] },
    });
    expect(objectOf('metrics', 'ClusterRole', `${fullName}-metrics-auth-role`)).toBeDefined();
  });

  it('of the exporter has its image by digest, and an identifier of digits as a string', () => {
    expect(objectOf('exporter', 'Deployment', 'ops-spacelift-promex')).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              {
                image: expect.stringMatching(/promex@sha256:[0-9a-f]{64}$/),
                env: expect.arrayContaining([{ name: 'SPACELIFT_PROMEX_API_KEY_ID', value: '0123' }]),
              },
            ],
          },
        },
      },
    });
  });

  it('of hardened values takes images from the mirror, and closes what it does not need', () => {
    expect(objectOf('hardened', 'Deployment')).toMatchObject({
      spec: {
        replicas: 2,
        template: {
          spec: {
            imagePullSecrets: [{ name: 'mirror' }],
            containers: [{ image: expect.stringMatching(/^registry\.example\.com\/mirror\/.*@sha256:/) }],
          },
        },
      },
    });
    expect(objectOf('hardened', 'NetworkPolicy')).toMatchObject({ spec: { policyTypes: ['Ingress', 'Egress'] } });
    expect(objectOf('hardened', 'PodDisruptionBudget', `${fullName}-controller-manager-pdb`)).toMatchObject({
      spec: { minAvailable: 1 },
    });
  });
});
