import { describe, expect, it } from '@jest/globals';
import { Goldens } from '../../../charting/support/goldens';
import { generatedControlPlane } from './support';

const name = 'ops-worker-pools-control-plane';
const goldens = new Goldens(
  generatedControlPlane(),
  'charts/control-plane/ci',
  'test/constructs/control-plane/chart/goldens',
);
const objectOf = (...of: Parameters<Goldens['object']>) => goldens.object(...of);

goldens.describeEach();

describe('a golden rendering', () => {
  it('of the defaults has one Pod with a volume, and nothing that leads out of the cluster', () => {
    expect(objectOf('defaults', 'StatefulSet')).toMatchObject({
      metadata: { name },
      spec: { replicas: 1, serviceName: `${name}-headless`, volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
    });
    const services = goldens.objects('defaults').filter(({ kind }) => kind === 'Service');
    expect(services.map(({ spec }) => (spec as { type?: string }).type)).toEqual([undefined, 'ClusterIP']);
    expect([...goldens.kinds('defaults')].sort()).toEqual(
      ['ConfigMap', 'Pod', 'Service', 'ServiceAccount', 'StatefulSet'].sort(),
    );
  });

  it('holds no secret and no random value', () => {
    for (const values of ['defaults', 'embedded', 'replicas', 'proxied']) {
      expect(goldens.kinds(values)).not.toContain('Secret');
    }
  });

  it('sends nobody to the Pod of helm test', () => {
    const labels = objectOf('embedded', 'Pod')?.metadata.labels ?? {};
    const selectors = goldens
      .objects('embedded')
      .filter(({ kind }) => kind === 'Service')
      .map(({ spec }) => (spec as { selector: Record<string, string> }).selector);
    expect(selectors).toHaveLength(4);
    const selecting = selectors.filter((each) => Object.entries(each).every(([key, value]) => labels[key] === value));
    expect(selecting).toEqual([]);
  });

  it('of one Pod for the clusters of a company leads HTTPS and MQTT in by Services of their own', () => {
    expect(objectOf('embedded', 'Service', `${name}-https`)).toMatchObject({
      spec: { type: 'LoadBalancer', ports: [{ port: 443, targetPort: 'https' }] },
    });
    expect(objectOf('embedded', 'Service', `${name}-mqtt`)).toMatchObject({
      spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [{ port: 8883, targetPort: 'mqtts' }] },
    });
  });

  it('of replicas is a Deployment without a volume, spread, budgeted, closed and scraped', () => {
    expect(objectOf('replicas', 'Deployment')).toMatchObject({
      spec: {
        replicas: 3,
        template: {
          spec: {
            topologySpreadConstraints: [{ whenUnsatisfiable: 'DoNotSchedule' }],
            volumes: expect.arrayContaining([
              { name: 'data', emptyDir: {} },
              { name: 'keys', secret: { secretName: 'control-plane-keys', defaultMode: 0o440 } },
            ]),
          },
        },
      },
    });
    expect(goldens.kinds('replicas')).not.toContain('StatefulSet');
    expect(objectOf('replicas', 'PodDisruptionBudget')).toMatchObject({ spec: { maxUnavailable: 1 } });
    expect(objectOf('replicas', 'NetworkPolicy')).toMatchObject({ spec: { policyTypes: ['Ingress', 'Egress'] } });
    expect(objectOf('replicas', 'ServiceMonitor')).toMatchObject({
      metadata: { namespace: 'monitoring' },
      spec: { namespaceSelector: { matchNames: ['tools'] }, endpoints: [{ port: 'metrics' }] },
    });
    // The broker is elsewhere, so no Service of the Pods has its port.
    expect(objectOf('replicas', 'Service', name)).toMatchObject({ spec: { ports: [{ name: 'https' }] } });
    expect(objectOf('replicas', 'Service', name)?.spec.ports).toHaveLength(1);
  });

  it('of a proxy that ends TLS has a certificate in the Ingress, and plain HTTP behind it', () => {
    expect(objectOf('proxied', 'Ingress')).toMatchObject({
      spec: {
        tls: [{ hosts: ['pools.example.com'], secretName: 'pools-example-com' }],
        rules: [
          { host: 'pools.example.com', http: { paths: [{ backend: { service: { name, port: { name: 'http' } } } }] } },
        ],
      },
    });
    expect(objectOf('proxied', 'ConfigMap')?.data?.['config.yaml']).toContain('\ntls: false\nmqtt: false');
  });

  it('of backups is a CronJob of one Pod beside the control plane, with its volume, where that has the database', () => {
    expect(objectOf('proxied', 'CronJob')).toMatchObject({
      metadata: { name: `${name}-backup` },
      spec: { concurrencyPolicy: 'Forbid', jobTemplate: { spec: { activeDeadlineSeconds: 3600 } } },
    });
    const [beside] = podOfBackups('proxied').affinity?.podAffinity.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const { selector, template } = objectOf('proxied', 'StatefulSet')!.spec as {
      selector: object;
      template: { metadata: { labels: object } };
    };
    expect(beside).toEqual({ topologyKey: 'kubernetes.io/hostname', labelSelector: selector });
    expect(template.metadata.labels).toMatchObject(beside!.labelSelector.matchLabels);
    expect(claimsOf('proxied')).toEqual(['backups', `data-${name}-0`]);
  });

  it('of backups of a database outside runs anywhere, and reaches that alone', () => {
    expect(podOfBackups('replicas').affinity).toBeUndefined();
    expect(claimsOf('replicas')).toEqual(['control-plane-backups']);
    const { labels } = (objectOf('replicas', 'CronJob')!.spec as unknown as CronJobSpec).jobTemplate.spec.template
      .metadata;
    const policy = objectOf('replicas', 'NetworkPolicy', `${name}-backup`);
    const { podSelector, ...rest } = policy!.spec as unknown as { podSelector: { matchLabels: object } };
    expect(labels).toMatchObject(podSelector.matchLabels);
    expect(rest).toMatchObject({ policyTypes: ['Ingress', 'Egress'] });
    expect(rest).not.toHaveProperty('ingress');
    // No Service leads to it.
    expect(labels['app.kubernetes.io/name']).toBe('worker-pools-control-plane-backup');
  });
});

interface BackupPod {
  readonly affinity?: {
    readonly podAffinity: {
      readonly requiredDuringSchedulingIgnoredDuringExecution: { labelSelector: { matchLabels: object } }[];
    };
  };
  readonly volumes: { readonly persistentVolumeClaim?: { readonly claimName: string } }[];
}

interface CronJobSpec {
  readonly jobTemplate: {
    readonly spec: {
      readonly template: { readonly metadata: { labels: Record<string, string> }; readonly spec: BackupPod };
    };
  };
}

const podOfBackups = (values: string): BackupPod =>
  (objectOf(values, 'CronJob')!.spec as unknown as CronJobSpec).jobTemplate.spec.template.spec;

const claimsOf = (values: string): string[] =>
  podOfBackups(values).volumes.flatMap(({ persistentVolumeClaim: claim }) => claim?.claimName ?? []);
