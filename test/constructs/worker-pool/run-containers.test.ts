import { describe, expect, it } from '@jest/globals';
import { ConfigMap, Env, EnvValue, Handler, PersistentVolumeClaim, Secret, Volume } from 'cdk8s-plus-28';
import { podOf } from './support';

describe('a built-in container', () => {
  it('takes variables, sources of variables and mounts afterwards', () => {
    const pod = podOf({}, ({ workerContainer, initContainer }, chart) => {
      const settings = ConfigMap.fromConfigMapName(chart, 'settings', 'settings');
      workerContainer.env.addVariable('LEVEL', EnvValue.fromConfigMap(settings, 'level'));
      workerContainer.env.copyFrom(Env.fromConfigMap(settings, 'APP_'));
      initContainer.mount('/policies', Volume.fromConfigMap(chart, 'policies', settings), { readOnly: true });
    });
    expect(pod).toEqual({
      volumes: [{ name: 'configmap-settings', configMap: { name: 'settings' } }],
      initContainer: { volumeMounts: [{ name: 'configmap-settings', mountPath: '/policies', readOnly: true }] },
      workerContainer: {
        env: [{ name: 'LEVEL', valueFrom: { configMapKeyRef: { name: 'settings', key: 'level' } } }],
        envFrom: [{ prefix: 'APP_', configMapRef: { name: 'settings' } }],
      },
    });
  });

  it('has hooks', () => {
    const preStop = Handler.fromCommand(['sync']);
    const pod = podOf({ pod: { grpcServerContainer: { lifecycle: { preStop } } } });
    expect(pod).toEqual({ grpcServerContainer: { lifecycle: { preStop: { exec: { command: ['sync'] } } } } });
  });

  it('is known by its name in the Pod', () => {
    podOf({}, ({ initContainer, grpcServerContainer, workerContainer }) =>
      expect([initContainer, grpcServerContainer, workerContainer].map(({ name }) => name)).toEqual([
        'init',
        'launcher-grpc',
        'worker',
      ]),
    );
  });

  it('shares its settings with another one without sharing what is added later', () => {
    const settings = { envVariables: { A: EnvValue.fromValue('1') }, envFrom: [], volumeMounts: [] };
    const pod = podOf({ pod: { workerContainer: settings, initContainer: settings } }, (pool, chart) => {
      pool.workerContainer.env.addVariable('B', EnvValue.fromValue('2'));
      pool.workerContainer.env.copyFrom(Env.fromSecret(Secret.fromSecretName(chart, 'more', 'more')));
      pool.workerContainer.mount('/scratch', Volume.fromEmptyDir(chart, 'scratch', 'scratch'));
    });
    expect(pod?.initContainer).toEqual({ env: [{ name: 'A', value: '1' }] });
    expect(Object.keys(settings.envVariables)).toEqual(['A']);
    expect([settings.envFrom, settings.volumeMounts]).toEqual([[], []]);
  });
});

describe("a container of the pool's own", () => {
  it('runs before or beside the built-in ones, with the safe defaults of cdk8s-plus', () => {
    const pod = podOf({ pod: { initContainers: [{ name: 'first', image: 'a' }] } }, (pool) => {
      pool.addInitContainer({ name: 'second', image: 'b' });
      pool.addSidecar({ name: 'database', image: 'c' });
    });
    expect(pod?.customInitContainers?.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(pod?.additionalSidecarContainers).toMatchObject([
      {
        name: 'database',
        image: 'c',
        securityContext: { runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
        resources: { requests: { cpu: '1000m', memory: '512Mi' } },
      },
    ]);
    expect(Object.keys(pod ?? {}).sort()).toEqual(['additionalSidecarContainers', 'customInitContainers']);
  });

  it('mounts the workspace of the operator, which then stands in the manifest', () => {
    const pod = podOf({}, (pool) => {
      pool.addSidecar({ name: 'docker', image: 'docker:dind' }).mount('/opt/spacelift/workspace', pool.workspace);
    });
    expect(pod).toMatchObject({
      workspaceVolume: { name: 'workspace', emptyDir: {} },
      additionalSidecarContainers: [{ volumeMounts: [{ name: 'workspace', mountPath: '/opt/spacelift/workspace' }] }],
    });
    expect(pod?.volumes).toBeUndefined();
  });

  it('mounts a claim', () => {
    const pod = podOf({}, (pool, chart) => {
      const claim = PersistentVolumeClaim.fromClaimName(chart, 'claim', 'models');
      pool
        .addSidecar({ name: 'models', image: 'c' })
        .mount('/models', Volume.fromPersistentVolumeClaim(chart, 'models', claim));
    });
    expect(pod?.volumes).toMatchObject([{ name: 'pvc-models', persistentVolumeClaim: { claimName: 'models' } }]);
  });
});
