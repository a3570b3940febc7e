import { describe, expect, test } from '@jest/globals';
import type { WorkerPoolPod } from '../../../src/api';
import { built, container } from './fixtures';

describe('security', () => {
  test('the built-in containers run with least privilege as user and group 1983', () => {
    const { spec } = built();
    for (const name of ['init', 'launcher-grpc', 'worker']) {
      expect(container(spec, name).securityContext).toEqual({
        runAsUser: 1983,
        runAsGroup: 1983,
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      });
    }
  });

  test('what the built-in containers need does not bind the containers of the user', () => {
    const { spec } = built({ additionalSidecarContainers: [{ name: 'dind', securityContext: { privileged: true } }] });
    expect(container(spec, 'dind').securityContext).toEqual({ privileged: true });
    expect(spec.securityContext).toEqual({ fsGroup: 1983, fsGroupChangePolicy: 'OnRootMismatch' });
  });

  test('the user of the Pod wins over ours, and the user of the container over both', () => {
    const { spec } = built({
      securityContext: { runAsUser: 1000, runAsGroup: 1000 },
      initContainer: { securityContext: { runAsUser: 2000 } },
    });
    expect(container(spec, 'worker').securityContext?.runAsUser).toBeUndefined();
    expect(container(spec, 'worker').securityContext?.runAsGroup).toBeUndefined();
    expect(container(spec, 'init').securityContext?.runAsUser).toBe(2000);
  });

  test.each([
    ['root by the container', { workerContainer: { securityContext: { runAsUser: 0 } } }, 'runAsNonRoot'],
    ['root by the Pod', { securityContext: { runAsUser: 0 } }, 'runAsNonRoot'],
    [
      'a privileged container',
      { workerContainer: { securityContext: { privileged: true } } },
      'allowPrivilegeEscalation',
    ],
    [
      'SYS_ADMIN',
      { workerContainer: { securityContext: { capabilities: { add: ['SYS_ADMIN'] } } } },
      'allowPrivilegeEscalation',
    ],
  ] as const)('%s is not contradicted by our defaults', (_what, pod, field) => {
    expect(container(built(pod).spec, 'worker').securityContext?.[field]).toBeUndefined();
  });

  test.each<[string, WorkerPoolPod, number]>([
    ['by default', {}, 1984],
    ['whatever the user of the Pod', { securityContext: { runAsUser: 1000, runAsGroup: 1000 } }, 1984],
    ['unless the pool names one', { grpcServerContainer: { securityContext: { runAsUser: 2000 } } }, 2000],
  ])('launcher-grpc, whose processes a run can see, is of another user: %s', (_what, pod, user) => {
    const { spec } = built({ ...pod, shareProcessNamespace: true });
    expect(container(spec, 'launcher-grpc').securityContext).toMatchObject({ runAsUser: user, runAsNonRoot: true });
    expect(container(spec, 'worker').securityContext?.runAsUser).not.toBe(user);
    expect(container(spec, 'init').securityContext?.runAsUser).toBe(
      container(spec, 'worker').securityContext?.runAsUser,
    );
    expect(container(built(pod).spec, 'launcher-grpc').securityContext?.runAsUser).not.toBe(1984);
  });
});
