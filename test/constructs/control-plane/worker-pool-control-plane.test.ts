import { describe, expect, it } from '@jest/globals';
import { Size } from 'cdk8s';
import {
  EnvValue,
  ImagePullPolicy,
  Node,
  NodeTaintQuery,
  Secret,
  Volume,
  type ISecret,
  type IServiceAccount,
} from 'cdk8s-plus-28';
import { parse } from 'yaml';
import {
  ControlPlaneExternalServiceType,
  WorkerPoolControlPlane,
  type WorkerPoolControlPlaneProps,
} from '../../../src';
import { VERSION } from '../../../src/constructs/shared/version';
import { only, synthesized, type PodSpec } from '../support';

const controlPlane = (props?: WorkerPoolControlPlaneProps) =>
  synthesized((chart) => new WorkerPoolControlPlane(chart, 'cp', props));

describe('WorkerPoolControlPlane', () => {
  it('tells its program in a file where its data lies and where others reach it', () => {
    const objects = controlPlane({ tlsSans: ['127.0.0.1'], launcherImage: 'registry/launcher:1' });
    expect(parse(only(objects, 'ConfigMap').data?.['config.yaml'] ?? '')).toEqual({
      listen: '[::]:8443',
      metricsPort: 9090,
      dataDir: '/var/lib/worker-pools',
      publicUrl: 'https://worker-pools-control-plane.tools.svc:8443',
      launcherImage: 'registry/launcher:1',
      defaultRunnerImage: `cdk8s-worker-pools/runner:${VERSION}`,
      web: 'basic',
      logLevel: 'info',
      shutdownGraceSeconds: 25,
      tlsSans: ['127.0.0.1'],
      mqttPort: 8883,
    });
  });

  it('takes more arguments, which stand after the file', () => {
    const [container] = only(controlPlane({ extraArgs: ['--log-level=debug'] }), 'StatefulSet').spec.template.spec
      .containers;
    expect(container?.args).toEqual(['--log-level=debug']);
  });

  it('tells its address, the Service of its own where none is given', () => {
    const addresses: string[] = [];
    synthesized((chart) => {
      addresses.push(new WorkerPoolControlPlane(chart, 'own').publicUrl);
      const props = { name: 'given', publicUrl: 'https://pools.example.com' };
      addresses.push(new WorkerPoolControlPlane(chart, 'given', props).publicUrl);
    });
    expect(addresses).toEqual(['https://worker-pools-control-plane.tools.svc:8443', 'https://pools.example.com']);
  });

  it('takes its API key from a Secret', () => {
    const apiKeySecret = { name: 'admin' } as ISecret;
    expect(only(controlPlane({ apiKeySecret }), 'StatefulSet').spec.template.spec.containers[0]?.env).toEqual([
      { name: 'WORKER_POOLS_CONFIG', value: '/etc/worker-pools/config/config.yaml' },
      { name: 'WORKER_POOLS_API_KEY_ID', valueFrom: { secretKeyRef: { name: 'admin', key: 'id' } } },
      { name: 'WORKER_POOLS_API_KEY_SECRET', valueFrom: { secretKeyRef: { name: 'admin', key: 'secret' } } },
    ]);
  });

  it('keeps its data on a volume of its own', () => {
    const { spec } = only(controlPlane({ storageSize: Size.gibibytes(3), storageClassName: 'fast' }), 'StatefulSet');
    expect(spec.volumeClaimTemplates[0]?.spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      resources: { requests: { storage: '3Gi' } },
    });
    expect(spec.template.spec.containers[0]?.volumeMounts).toContainEqual({
      name: 'data',
      mountPath: '/var/lib/worker-pools',
    });
  });

  it('serves HTTPS and MQTT inside the cluster', () => {
    const { spec } = only(controlPlane(), 'Service', 'control-plane');
    expect(spec.ports.map(({ port }) => port)).toEqual([8443, 8883]);
    expect(spec.selector).toEqual(only(controlPlane(), 'StatefulSet').spec.selector.matchLabels);
  });

  it('is reachable from outside only where a node port is given', () => {
    expect(controlPlane().some(({ spec }) => spec?.type === 'NodePort')).toBe(false);
    const service = only(controlPlane({ nodePort: 30843 }), 'Service', '-https');
    expect(service.spec).toMatchObject({ type: 'NodePort', ports: [{ port: 8443, nodePort: 30843 }] });
  });

  it('gives its Pod a name in DNS by a headless Service, as a StatefulSet wants', () => {
    const { spec } = only(controlPlane({ name: 'cp' }), 'Service', 'headless');
    expect(spec).toEqual({
      clusterIP: 'None',
      selector: only(controlPlane({ name: 'cp' }), 'StatefulSet').spec.selector.matchLabels,
    });
    expect(only(controlPlane({ name: 'cp' }), 'StatefulSet').spec).toMatchObject({ serviceName: 'cp-headless' });
  });

  it('has labels and annotations on every object and on the Pod, and its own labels win', () => {
    const objects = controlPlane({
      nodePort: 30843,
      labels: { team: 'a', 'app.kubernetes.io/name': 'mine' },
      annotations: { note: 'b' },
    });
    const pod = only(objects, 'StatefulSet').spec.template;
    for (const { metadata } of [...objects, pod]) {
      expect(metadata).toMatchObject({
        labels: { team: 'a', 'app.kubernetes.io/name': 'worker-pools-control-plane' },
        annotations: { note: 'b' },
      });
    }
  });

  it('is scheduled as its props and its scheduling say', () => {
    const objects = synthesized((chart) => {
      const props = {
        imagePullPolicy: ImagePullPolicy.ALWAYS,
        imagePullSecrets: [Secret.fromSecretName(chart, 'registry', 'registry')],
        nodeSelector: { disk: 'ssd' },
        priorityClassName: 'high',
      };
      const { scheduling } = new WorkerPoolControlPlane(chart, 'cp', props);
      scheduling.tolerate(Node.tainted(NodeTaintQuery.exists('dedicated')));
    });
    const { spec } = only(objects, 'StatefulSet').spec.template;
    expect(spec).toMatchObject({
      imagePullSecrets: [{ name: 'registry' }],
      nodeSelector: { disk: 'ssd' },
      priorityClassName: 'high',
      tolerations: [{ key: 'dedicated', operator: 'Exists' }],
    });
    expect(spec.containers[0]).toMatchObject({ imagePullPolicy: 'Always' });
  });

  it('is given variables and volumes after it was made', () => {
    const objects = synthesized((chart) => {
      const cp = new WorkerPoolControlPlane(chart, 'cp');
      cp.env.addVariable('HTTPS_PROXY', EnvValue.fromValue('http://proxy'));
      cp.mount('/cache', Volume.fromEmptyDir(chart, 'cache', 'cache'));
      cp.addVolume(Volume.fromEmptyDir(chart, 'spare', 'spare'));
    });
    const { containers, volumes } = only(objects, 'StatefulSet').spec.template.spec as PodSpec & { volumes: object[] };
    expect(containers[0]?.env).toContainEqual({ name: 'HTTPS_PROXY', value: 'http://proxy' });
    expect(containers[0]?.volumeMounts).toContainEqual({ name: 'cache', mountPath: '/cache' });
    expect(volumes).toEqual(
      expect.arrayContaining([
        { name: 'cache', emptyDir: {} },
        { name: 'spare', emptyDir: {} },
      ]),
    );
  });

  it('gets no variables of the Services of its namespace', () => {
    expect(only(controlPlane(), 'StatefulSet').spec.template.spec.enableServiceLinks).toBe(false);
  });

  it('has no access to the Kubernetes API', () => {
    expect(only(controlPlane(), 'StatefulSet').spec.template.spec.automountServiceAccountToken).toBe(false);
    expect(controlPlane().filter(({ kind }) => kind.includes('Role'))).toEqual([]);
  });

  it.each<[string, WorkerPoolControlPlaneProps, string]>([
    [
      'a name in capitals',
      { name: 'Bad_Name' },
      'chart/cp: name is "Bad_Name"; it names a Service and Pods: it must have',
    ],
    ['a name that no Service can have', { name: '1st' }, 'chart/cp: name is "1st"; it names'],
    [
      'a name too long for the labels of its Pods',
      { name: 'a'.repeat(53) },
      'it must have at most 52 lowercase letters',
    ],
    [
      'an address without scheme',
      { publicUrl: 'example.com' },
      'chart/cp: publicUrl is "example.com"; it must look like',
    ],
    [
      'an address of two kinds',
      { nodePort: 30843, externalHttps: { type: ControlPlaneExternalServiceType.LOAD_BALANCER } },
      'chart/cp: nodePort is 30843; leave it out where externalHttps is given',
    ],
    [
      'annotations of a ServiceAccount that is there',
      { serviceAccount: { name: 'pools' } as IServiceAccount, serviceAccountAnnotations: { role: 'a' } },
      'chart/cp: serviceAccountAnnotations is {"role":"a"}; leave it out where serviceAccount is given',
    ],
    [
      'several Pods on one volume',
      { replicas: 2 },
      '[chart/cp] several replicas need a database outside of them (database.existingSecret): SQLite has one writer',
    ],
    ['no volume', { storageSize: Size.gibibytes(0) }, 'chart/cp: storageSize is "0Gi"; it must be more than nothing'],
  ])('refuses %s', (_, props, sentence) => {
    expect(() => controlPlane(props)).toThrow(sentence);
  });

  it.each([
    [Size.mebibytes(512), '512Mi'],
    [Size.kibibytes(1500), '1500Ki'],
    [Size.gibibytes(2), '2Gi'],
  ])('takes a volume of any size: %#', (storageSize, storage) => {
    expect(only(controlPlane({ storageSize }), 'StatefulSet').spec.volumeClaimTemplates[0]?.spec).toMatchObject({
      resources: { requests: { storage } },
    });
  });

  it.each([80, 32768])('refuses node port %d', (nodePort) => {
    expect(() => controlPlane({ nodePort })).toThrow(`chart/cp: nodePort is ${nodePort}; it must be`);
  });
});
