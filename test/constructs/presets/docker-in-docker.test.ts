import { describe, expect, it } from '@jest/globals';
import { Size } from 'cdk8s';
import { Cpu, EnvValue } from 'cdk8s-plus-28';
import { DockerInDocker, WorkspaceVolume, type DockerInDockerOptions } from '../../../src';
import { extended, variables } from './support';

describe('DockerInDocker', () => {
  it('runs a daemon that listens on the loopback address alone, and tells the steps where', () => {
    const { pod } = extended([DockerInDocker.sidecar()]);
    expect(variables(pod.workerContainer)).toEqual({ DOCKER_HOST: 'tcp://localhost:2375' });
    expect(pod.additionalSidecarContainers).toEqual([
      {
        name: 'docker',
        image: 'docker:28-dind',
        imagePullPolicy: 'IfNotPresent',
        args: ['dockerd', '--host=tcp://127.0.0.1:2375', '--tls=false'],
        securityContext: {
          privileged: true,
          allowPrivilegeEscalation: true,
          readOnlyRootFilesystem: false,
          runAsUser: 0,
          runAsGroup: 0,
          runAsNonRoot: false,
        },
        volumeMounts: [
          { name: 'docker-storage', mountPath: '/var/lib/docker' },
          { name: 'workspace', mountPath: '/opt/spacelift/workspace' },
        ],
      },
    ]);
    expect(pod.volumes).toEqual([{ name: 'docker-storage', emptyDir: { sizeLimit: '20480Mi' } }]);
  });

  it('leaves init and launcher-grpc alone', () => {
    const { pod } = extended([DockerInDocker.sidecar()]);
    expect([pod.initContainer, pod.grpcServerContainer]).toEqual([undefined, undefined]);
  });

  it('shares the workspace of the pool, whatever volume that is', () => {
    const workspace = WorkspaceVolume.ephemeral({ storageClass: 'gp2', size: Size.gibibytes(1) });
    const { pod } = extended([DockerInDocker.sidecar()], { workspace });
    expect(pod.workspaceVolume).toMatchObject({ name: 'workspace', ephemeral: {} });
    expect(pod.additionalSidecarContainers?.[0]?.volumeMounts).toContainEqual({
      name: 'workspace',
      mountPath: '/opt/spacelift/workspace',
    });
  });

  it('runs without root, with the one port that leads out of its own network', () => {
    const { pod } = extended([DockerInDocker.rootless({ port: 4000 })]);
    const daemon = pod.additionalSidecarContainers?.[0];
    expect(daemon?.image).toBe('docker:28-dind-rootless');
    expect(daemon?.args).toEqual(['dockerd', '--host=tcp://0.0.0.0:4000', '--tls=false']);
    expect(variables(daemon)).toEqual({ DOCKERD_ROOTLESS_ROOTLESSKIT_FLAGS: '-p 127.0.0.1:4000:4000/tcp' });
    expect(daemon?.securityContext).toMatchObject({ runAsUser: 1000, runAsGroup: 1000, runAsNonRoot: true });
    expect(daemon?.volumeMounts?.[0]?.mountPath).toBe('/home/rootless/.local/share/docker');
    expect(variables(pod.workerContainer)).toEqual({ DOCKER_HOST: 'tcp://localhost:4000' });
  });

  it('takes image, size, resources and arguments', () => {
    const { pod } = extended([
      DockerInDocker.sidecar({
        image: 'registry.example.com/dind:1',
        storageLimit: Size.gibibytes(5),
        resources: { cpu: { request: Cpu.millis(500) } },
        daemonArgs: ['--mtu=1400'],
      }),
    ]);
    const daemon = pod.additionalSidecarContainers?.[0];
    expect(daemon).toMatchObject({ image: 'registry.example.com/dind:1', resources: { requests: { cpu: '500m' } } });
    expect(daemon?.args?.at(-1)).toBe('--mtu=1400');
    expect(pod.volumes?.[0]?.emptyDir).toEqual({ sizeLimit: '5120Mi' });
  });

  it.each<DockerInDockerOptions>([{ port: 0 }, { port: 65_536 }, { port: 1.5 }])('refuses %j', (props) => {
    expect(() => extended([DockerInDocker.sidecar(props)])).toThrow(
      `chart/pool/DockerInDocker: port is ${props.port}; a port is a whole number from 1 to 65535`,
    );
  });

  it('refuses a pool that has a daemon already', () => {
    const pod = { workerContainer: { envVariables: { DOCKER_HOST: EnvValue.fromValue('tcp://build:2375') } } };
    expect(() => extended([DockerInDocker.sidecar()], pod)).toThrow(
      'chart/pool/DockerInDocker: DOCKER_HOST of the container worker is "set already"; leave it out there',
    );
  });
});
