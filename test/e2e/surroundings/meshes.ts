import type { Fixture } from '../fixtures/fixture';
import type { PodPatch } from '../fixtures/webhook';

/** Where Services are, the DNS among them. */
const SERVICES = '10.96.0.0/16';

/** Whoever makes this file in it lets the proxy begin. */
const UP = '/tmp-up';

/** As a mesh redirects a Pod's traffic to a proxy that does not run yet. */
const cutOff = (image: string) => ({
  name: 'mesh-init',
  image,
  command: ['ip', 'route', 'add', 'unreachable', SERVICES],
  securityContext: NETWORK_ADMIN,
});
const NETWORK_ADMIN = { runAsUser: 0, runAsNonRoot: false, capabilities: { add: ['NET_ADMIN'] } };
const proxy = (image: string) => ({
  name: 'mesh-proxy',
  image,
  command: [
    'sh',
    '-c',
    `until [ -e ${UP} ]; do sleep 1; done; ip route del unreachable ${SERVICES}; exec sleep infinity`,
  ],
  securityContext: NETWORK_ADMIN,
});

const withNativeProxy: PodPatch = (_, { busybox = '' }) => [
  { op: 'add', path: '/spec/initContainers/0', value: { ...proxy(busybox), restartPolicy: 'Always' } },
  { op: 'add', path: '/spec/initContainers/0', value: cutOff(busybox) },
];
const withLateProxy: PodPatch = (_, { busybox = '' }) => [
  { op: 'add', path: '/spec/initContainers/0', value: cutOff(busybox) },
  { op: 'add', path: '/spec/containers/-', value: proxy(busybox) },
];

export const MESHES: readonly Fixture[] = [
  {
    name: 'a mesh whose proxy starts beside init, which has no network until then, is waited for',
    webhook: withNativeProxy,
    happens: async (scene) => {
      const { name } = (await scene.pod()).metadata;
      const said = () => scene.kubectl('logs', name, '-c', 'init').catch(() => '');
      await scene.eventually(async () => (await said()).includes('cannot be reached'), 'is without a network');
      await scene.kubectl('exec', name, '-c', 'mesh-proxy', '--', 'touch', UP);
    },
    outcome: 'Succeeded',
  },
  {
    name: 'a mesh whose proxy starts after init, which never has a network, is said to be the likely cause',
    webhook: withLateProxy,
    lasts: true,
    happens: (scene) => scene.waitsFor('ControlPlaneUnreachable', 'a service mesh whose proxy starts after init'),
    outcome: 'StartTimeout',
    // Of init, or of the controller when that is first.
    says: [/The run could not be started in time\.|did not start in time\. Container init runs, but has not reached/],
  },
];
