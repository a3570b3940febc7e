import { describe, expect, it } from '@jest/globals';
import { Size } from 'cdk8s';
import { ImagePullPolicy, Node, NodeTaintQuery, Secret, type ISecret } from 'cdk8s-plus-28';
import { WorkerPoolControlPlane, type WorkerPoolControlPlaneProps } from '../../../src';
import { VERSION } from '../../../src/constructs/shared/version';
import { only, synthesized } from '../support';

const controlPlane = (props?: WorkerPoolControlPlaneProps) =>
  synthesized((chart) => new WorkerPoolControlPlane(chart, 'cp', props));

describe('WorkerPoolControlPlane', () => {
  it('tells its program where its data lies and where others reach it', () => {
    const [container] = only(
      controlPlane({ extraArgs: ['--log-level=debug'], tlsSans: ['127.0.0.1'], launcherImage: 'registry/launcher:1' }),
      'StatefulSet',
    ).spec.template.spec.containers;
    expect(container?.args.join(' ')).toBe(
      [
        '--data-dir=/var/lib/worker-pools',
        '--public-url=https://worker-pools-control-plane.tools.svc:8443',
        '--listen=:8443',
        '--mqtt-port=8883',
        '--launcher-image=registry/launcher:1',
        `--default-runner-image=cdk8s-worker-pools/runner:${VERSION}`,
        '--tls-san=127.0.0.1',
        '--log-level=debug',
      ].join(' '),
    );
  });

  it('takes its API key from a Secret', () => {
    const apiKeySecret = { name: 'admin' } as ISecret;
    expect(only(controlPlane({ apiKeySecret }), 'StatefulSet').spec.template.spec.containers[0]?.env).toEqual([
      { name: 'WORKER_POOLS_API_KEY_ID', valueFrom: { secretKeyRef: { name: 'admin', key: 'id' } } },
      { name: 'WORKER_POOLS_API_KEY_SECRET', valueFrom: { secretKeyRef: { name: 'admin', key: 'secret' } } },
    ]);
  });

  it('keeps its data on a volume of its own', () => {
    const { spec } = only(controlPlane({ storageSize: Size.gibibytes(3), storageClassName: 'fast' }), 'StatefulSet');
    expect(spec.volumeClaimTemplates[0]?.spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      resources: { requests: { storage: '3072Mi' } },
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
    const service = only(controlPlane({ nodePort: 30843 }), 'Service', 'node-port');
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
    ['no volume', { storageSize: Size.gibibytes(0) }, 'chart/cp: storageSize is "0Mi"; it must be more than nothing'],
  ])('refuses %s', (_, props, sentence) => {
    expect(() => controlPlane(props)).toThrow(sentence);
  });

  it.each([
    [Size.mebibytes(512), '512Mi'],
    [Size.kibibytes(1500), '1500Ki'],
    [Size.gibibytes(2), '2048Mi'],
  ])('takes a volume of any size: %#', (storageSize, storage) => {
    expect(only(controlPlane({ storageSize }), 'StatefulSet').spec.volumeClaimTemplates[0]?.spec).toMatchObject({
      resources: { requests: { storage } },
    });
  });

  it.each([80, 32768])('refuses node port %d', (nodePort) => {
    expect(() => controlPlane({ nodePort })).toThrow(`chart/cp: nodePort is ${nodePort}; it must be`);
  });
});
