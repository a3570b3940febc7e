import type { Fixture } from '../fixtures/fixture';
import { imageOf, type PodPatch } from '../fixtures/webhook';

/** A webhook's container beside ours, in the runner's image. */
const beside =
  (...command: string[]): PodPatch =>
  (pod) => [{ op: 'add', path: '/spec/containers/-', value: sidecar(imageOf(pod, 'worker'), command) }];
/** The same, before all init containers. */
const before =
  (rest: object, ...command: string[]): PodPatch =>
  (pod) => [
    { op: 'add', path: '/spec/initContainers/0', value: { ...sidecar(imageOf(pod, 'worker'), command), ...rest } },
  ];
const sidecar = (image: string, command: readonly string[]) => ({ name: 'injected', image, command });
const FOREVER = ['sleep', 'infinity'];

export const SIDECARS: readonly Fixture[] = [
  {
    name: 'a sidecar that a webhook adds and that never ends is ended after the run, and the Worker goes on',
    webhook: beside(...FOREVER),
    outcome: 'Succeeded',
    afterwards: (scene) => scene.takesTheNextRun(),
  },
  {
    name: 'a sidecar that fails at once takes nothing from the run',
    webhook: beside('false'),
    outcome: 'Succeeded',
  },
  {
    name: 'a sidecar whose image cannot be pulled takes nothing from the run, and its Pod ends',
    webhook: () => [
      { op: 'add', path: '/spec/containers/-', value: { name: 'injected', image: 'localhost:5/nobody/has-this:1' } },
    ],
    outcome: 'Succeeded',
    afterwards: (scene) => scene.takesTheNextRun(),
  },
  {
    name: 'a sidecar among the init containers runs beside them',
    webhook: before({ restartPolicy: 'Always' }, ...FOREVER),
    outcome: 'Succeeded',
    afterwards: (scene) => scene.takesTheNextRun(),
  },
  {
    name: 'a sidecar among the init containers that lost its restartPolicy holds the run up, and is named',
    webhook: before({}, ...FOREVER),
    lasts: true,
    happens: (scene) => scene.waitsFor('PodPending', 'Container injected'),
    outcome: 'StartTimeout',
    says: ['Container injected', 'restartPolicy: Always'],
  },
];
