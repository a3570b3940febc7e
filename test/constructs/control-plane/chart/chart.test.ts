import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { RELEASE, type Json } from '../../../charting/support/helm';
import { eachRenders } from '../../../charting/support/together';
import type { Manifest } from '../../support';
import { generatedControlPlane, OUTSIDE } from './support';

const chart = generatedControlPlane();

const find = (objects: readonly Json[], kind: string) =>
  objects.find((object) => object.kind === kind) as unknown as Manifest | undefined;
const config = (objects: readonly Json[]): unknown => parse(find(objects, 'ConfigMap')?.data?.['config.yaml'] ?? '');
const pod = (objects: readonly Json[]) =>
  (find(objects, 'StatefulSet') ?? find(objects, 'Deployment'))?.spec.template as unknown as {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
    readonly spec: Readonly<Record<string, unknown>>;
  };

describe('the configuration', () => {
  eachRenders(chart, [
    [
      'has an address, images and folders by default, and no MQTT broker but its own',
      {},
      (objects) =>
        expect(config(objects)).toEqual({
          listen: '[::]:8443',
          metricsPort: 9090,
          dataDir: '/var/lib/worker-pools',
          publicUrl: 'https://ops-case-0.tools.svc:8443',
          launcherImage: 'cdk8s-worker-pools/launcher:0.1.0',
          defaultRunnerImage: 'cdk8s-worker-pools/runner:0.1.0',
          web: 'basic',
          logLevel: 'info',
          shutdownGraceSeconds: 25,
          mqttPort: 8883,
        }),
    ],
    [
      'names what is outside, and files of Secrets for it',
      {
        ...OUTSIDE,
        blobs: { s3: { bucket: 'b', prefix: 'p/', endpoint: 'http://s3:9000', region: 'r', forcePathStyle: true } },
        mqtt: { broker: { url: 'mqtts://b', clientUrl: 'mqtts://c', existingSecret: 'broker' } },
      },
      (objects) =>
        expect(config(objects)).toMatchObject({
          keysDir: '/etc/worker-pools/keys',
          blobs: {
            s3: { bucket: 'b', prefix: 'p/', endpoint: 'http://s3:9000', region: 'r', forcePathStyle: true },
          },
          mqttBroker: {
            url: 'mqtts://b',
            clientUrl: 'mqtts://c',
            caFile: '/etc/worker-pools/broker/ca.crt',
            certFile: '/etc/worker-pools/broker/tls.crt',
            keyFile: '/etc/worker-pools/broker/tls.key',
          },
        }),
    ],
    [
      'keeps what YAML would read as something else',
      { tls: { sans: ['on', '1e3', 'a: b # <c>'] }, publicUrl: 'https://a.example"x"{{y}}' },
      (objects) =>
        expect(config(objects)).toMatchObject({
          tlsSans: ['on', '1e3', 'a: b # <c>'],
          publicUrl: 'https://a.example"x"{{y}}',
        }),
    ],
    [
      'has the retention that is set, and nothing of what is not',
      { retention: { runsPerStack: 100, logMiBPerRun: 1_000_000 } },
      (objects) => expect(config(objects)).toMatchObject({ retention: { runsPerStack: 100, logMiBPerRun: 1_000_000 } }),
    ],
    [
      'names a certificate that is given, and what uploads leave free',
      { tls: { existingSecret: 'tls' }, blobs: { minFreeMiB: 0 } },
      (objects) => {
        expect(config(objects)).toMatchObject({ tlsDir: '/etc/worker-pools/tls', blobs: { minFreeMiB: 0 } });
        expect(pod(objects).spec.volumes).toContainEqual({
          name: 'tls',
          secret: { secretName: 'tls', defaultMode: 0o440 },
        });
      },
    ],
    [
      'of MQTT switched off has no port of it, nor have Pod and Service',
      { mqtt: { enabled: false } },
      (objects) => {
        expect(config(objects)).toMatchObject({ mqtt: false });
        expect(config(objects)).not.toHaveProperty('mqttPort');
        expect(JSON.stringify(objects)).not.toContain('8883');
      },
    ],
  ]);

  it('replaces the Pods when it changes, and does not when it stays', async () => {
    const sum = async (values: Json) => pod(await chart.objects(values)).metadata.annotations['checksum/config'];
    expect(await sum({})).toMatch(/^[0-9a-f]{64}$/);
    expect(await sum({ podLabels: { a: 'b' } })).toBe(await sum({}));
    expect(await sum({ logLevel: 'debug' })).not.toBe(await sum({}));
  });
});

describe('the Pod', () => {
  eachRenders(chart, [
    [
      'takes secrets by reference, under the keys that are named',
      {
        ...OUTSIDE,
        apiKey: { existingSecret: 'k', idKey: 'user', secretKey: 'password' },
        database: { existingSecret: 'd', urlKey: 'uri' },
        blobs: { s3: { bucket: 'b', existingSecret: 's3' } },
      },
      (objects) => {
        const [container] = pod(objects).spec.containers as [{ env: object[] }];
        const from = (name: string, secret: string, key: string) => ({
          name,
          valueFrom: { secretKeyRef: { name: secret, key } },
        });
        expect(container.env).toEqual([
          { name: 'WORKER_POOLS_CONFIG', value: '/etc/worker-pools/config/config.yaml' },
          from('WORKER_POOLS_API_KEY_ID', 'k', 'user'),
          from('WORKER_POOLS_API_KEY_SECRET', 'k', 'password'),
          from('WORKER_POOLS_DATABASE_URL', 'd', 'uri'),
          from('AWS_ACCESS_KEY_ID', 's3', 'AWS_ACCESS_KEY_ID'),
          from('AWS_SECRET_ACCESS_KEY', 's3', 'AWS_SECRET_ACCESS_KEY'),
        ]);
      },
    ],
    [
      'keeps its volume where anything is still on it',
      { ...OUTSIDE, keys: {} },
      (objects) => expect(find(objects, 'StatefulSet')?.spec.volumeClaimTemplates).toHaveLength(1),
    ],
    [
      'uses a claim that is there, and makes none',
      { persistence: { existingClaim: 'restored' } },
      (objects) => {
        expect(find(objects, 'StatefulSet')?.spec).not.toHaveProperty('volumeClaimTemplates');
        expect(pod(objects).spec.volumes).toContainEqual({
          name: 'data',
          persistentVolumeClaim: { claimName: 'restored' },
        });
      },
    ],
    [
      'claims a volume of no class where it shall',
      { persistence: { storageClassName: '-' } },
      (objects) =>
        expect(find(objects, 'StatefulSet')?.spec.volumeClaimTemplates[0]?.spec).toMatchObject({
          storageClassName: '',
        }),
    ],
    [
      'is stopped by no replicas',
      { replicas: 0 },
      (objects) => expect(find(objects, 'StatefulSet')?.spec).toMatchObject({ replicas: 0 }),
    ],
    [
      'is looked after at a port of its own, and gets no token',
      {},
      (objects) => {
        const { containers, ...spec } = pod(objects).spec;
        expect(spec).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
        expect(containers).toMatchObject([
          {
            startupProbe: { httpGet: { path: '/healthz', port: 'metrics' } },
            livenessProbe: { httpGet: { path: '/healthz', port: 'metrics' } },
            readinessProbe: { httpGet: { path: '/readyz', port: 'metrics' } },
          },
        ]);
      },
    ],
  ]);
});

describe('the NetworkPolicy', () => {
  const policy = (objects: readonly Json[]) => find(objects, 'NetworkPolicy')?.spec as unknown as Json;
  const dns = {
    ports: [
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ],
  };
  eachRenders(chart, [
    [
      'lets one Pod with a volume ask for names, and go nowhere',
      { networkPolicy: { enabled: true } },
      (objects) => expect(policy(objects).egress).toEqual([dns]),
    ],
    [
      'lets it out to what is outside',
      { networkPolicy: { enabled: true, egressPorts: [5432] }, database: { existingSecret: 'd' } },
      (objects) => expect(policy(objects).egress).toEqual([dns, { ports: [{ port: 5432, protocol: 'TCP' }] }]),
    ],
    [
      'lets in whom it names',
      {
        networkPolicy: { enabled: true, clientsFrom: [{ podSelector: {} }], metricsFrom: [{ namespaceSelector: {} }] },
      },
      (objects) =>
        expect(policy(objects).ingress).toEqual([
          { ports: [{ port: 8443, protocol: 'TCP' }], from: [{ podSelector: {} }] },
          { ports: [{ port: 8883, protocol: 'TCP' }], from: [{ podSelector: {} }] },
          { ports: [{ port: 9090, protocol: 'TCP' }], from: [{ namespaceSelector: {} }] },
        ]),
    ],
  ]);
});

describe('the Ingress', () => {
  it.each([
    ['https://pools.example.com', 'pools.example.com'],
    ['https://pools.example.com:8443', 'pools.example.com'],
  ])('has the host of %s', async (publicUrl, host) => {
    const objects = await chart.objectsOfBoth({ publicUrl, ingress: { enabled: true } });
    expect(find(objects, 'Ingress')?.spec).toMatchObject({ rules: [{ host }] });
  });
});

describe('null', () => {
  it('for what may be empty renders as the constructs have it', async () => {
    const nothing = {
      replicas: null,
      commonLabels: null,
      imagePullSecrets: null,
      tolerations: null,
      affinity: null,
      extraEnv: null,
      tls: { sans: null },
      persistence: { storageClassName: null, annotations: null },
      externalHttps: { type: null },
      pdb: { enabled: null },
      resources: null,
    };
    const objects = await chart.objectsOfBoth(nothing, RELEASE);
    expect(find(objects, 'StatefulSet')?.spec).not.toHaveProperty('replicas');
  });
});
