import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../src/cli/demo/kubernetes';
import { DEMO } from '../../src/cli/demo/settings';
import { itInstallsTheControlPlane } from './control-plane-chart';
import { itIsProtectedFromDrains } from './drain';
import { Installation, type PodVolume } from './installation';
import { itEndsAsItShould } from './odd-and-faulty';

const MINUTE = 60_000;
/** Long enough to act while `tofu apply` runs: four pauses of this many seconds. */
const SLOW = [{ name: 'TF_VAR_pause_seconds', value: '5' }];

describe('a run on a real node', () => {
  let installation: Installation;

  beforeAll(async () => {
    installation = await Installation.bringUp();
  }, 45 * MINUTE);

  afterAll(async () => {
    await installation?.takeDown();
  }, 5 * MINUTE);

  it(
    'is planned and applied by OpenTofu in one Pod a stage, as documented',
    async () => {
      const id = await installation.trigger(DEMO.stack.name);
      const run = await installation.runReaches(id);
      expect(run).toMatchObject({ state: 'FINISHED', reason: 'Succeeded' });

      const log = await installation.log(id);
      expect(log).toContain('Plan: 4 to add, 0 to change, 0 to destroy.');
      expect(log).toContain('Hello, worker pools!');
      expect(log).toContain('Apply complete! Resources: 4 added, 0 changed, 0 destroyed.');

      const pods = await installation.podsOf(id);
      const base = id.toLowerCase();
      expect(pods.map((pod) => pod.metadata.name).sort()).toEqual([`${base}-applying-2`, `${base}-preparing-1`]);
      for (const pod of pods) {
        expect(pod.spec.initContainers.map(({ name }) => name)).toEqual(['init']);
        expect(pod.spec.containers.map(({ name }) => name)).toEqual(['launcher-grpc', 'worker']);
        const [owner] = pod.metadata.ownerReferences ?? [];
        expect(owner).toMatchObject({ kind: 'Worker', controller: true });
        const worker = (await installation.workers()).find(({ metadata }) => metadata.uid === owner?.uid);
        const ulid = worker?.metadata.name.slice(`${DEMO.pool.name}-`.length).toUpperCase();
        expect(pod.metadata.labels).toMatchObject({
          'workers.spacelift.io/run-id': id,
          'workers.spacelift.io/worker': ulid,
          'workers.spacelift.io/workerpool': worker?.metadata.labels?.['workers.spacelift.io/workerpool'],
        });
      }
    },
    3 * MINUTE,
  );

  it(
    'keeps the pool’s token and key out of the container that runs the stack (invariant 7)',
    async () => {
      const id = await installation.trigger(DEMO.stack.name);
      await installation.runReaches(id);
      // The stack has no backend: the control plane has kept its state since the run before.
      expect(await installation.log(id)).toContain('No changes. Your infrastructure matches the configuration.');
      for (const { spec } of await installation.podsOf(id)) {
        const holdsSecret = ({ secret, projected }: PodVolume): boolean =>
          secret !== undefined || (projected?.sources.some((source) => source.secret !== undefined) ?? false);
        const secret = spec.volumes.filter(holdsSecret).map(({ name }) => name);
        const mountsOf = (container: string): string[] =>
          spec.containers.find(({ name }) => name === container)?.volumeMounts?.map(({ name }) => name) ?? [];
        expect(secret).toHaveLength(1);
        expect(mountsOf('launcher-grpc')).toEqual(expect.arrayContaining(secret));
        expect(mountsOf('worker')).not.toEqual(expect.arrayContaining(secret));
      }
    },
    3 * MINUTE,
  );

  it(
    'finishes although the pool is scaled to 0 meanwhile, and then the Workers go (invariant 2)',
    async () => {
      const id = await installation.start({ name: 'slow-scale-down', environment: SLOW });
      await installation.runReaches(id, ['APPLYING']);
      await installation.scaleTo(0);
      // The idle one goes at once, the busy one stays for its run.
      await until(
        async () => (await installation.workers()).length === 1,
        () => 'the idle Worker did not go',
      );
      expect(await installation.run(id)).toMatchObject({ state: 'APPLYING' });
      expect(await installation.runReaches(id)).toMatchObject({ state: 'FINISHED', reason: 'Succeeded' });
      await installation.idleWorkers(0);

      await installation.scaleTo(DEMO.pool.size);
      await installation.idleWorkers(DEMO.pool.size);
    },
    4 * MINUTE,
  );

  it(
    'finishes, once, although the controller is killed meanwhile (invariants 1 and 2)',
    async () => {
      const id = await installation.start({ name: 'slow-kill', environment: SLOW });
      await installation.runReaches(id, ['PLANNING']);
      await installation.killController();
      expect(await installation.runReaches(id)).toMatchObject({ state: 'FINISHED', reason: 'Succeeded', attempt: 2 });
      expect(await installation.podsOf(id)).toHaveLength(2);
      expect((await installation.log(id)).match(/Apply complete!/g)).toHaveLength(1);
      await installation.idleWorkers(DEMO.pool.size);
    },
    4 * MINUTE,
  );

  it(
    'loses no line although the control plane restarts meanwhile (invariants 2 and 6)',
    async () => {
      const id = await installation.start({ name: 'slow-restart', environment: SLOW });
      await installation.runReaches(id, ['APPLYING']);
      await installation.restartControlPlane();
      await installation.controlPlaneAnswers();
      expect(await installation.runReaches(id)).toMatchObject({ state: 'FINISHED', reason: 'Succeeded' });
      const said = (await installation.log(id)).match(/\(local-exec\): {3}\w+/g);
      expect(said).toEqual(['packing', 'shipping', 'unpacking'].map((step) => `(local-exec):   ${step}`));
    },
    4 * MINUTE,
  );

  it(
    'has its kept Pod ended when a sidecar is left, and counted by its own outcome',
    async () => {
      const image = await installation.imageWithoutShell();
      const sidecar = { name: 'beside', image };
      const history = { successfulPodsHistoryLimit: 1, failedPodsHistoryLimit: 0 };
      await installation.changePool({ ...history, pod: { additionalSidecarContainers: [sidecar] } });
      try {
        const id = await installation.start({ name: 'sidecar' });
        expect(await installation.runReaches(id)).toMatchObject({ state: 'FINISHED', reason: 'Succeeded' });
        const ended = await until(
          async () => (await installation.podsOf(id)).find(({ status }) => status.phase === 'Failed'),
          async () => `no Pod was ended for its sidecar: ${JSON.stringify(await installation.podsOf(id))}`,
        );
        const codes = ended.status.containerStatuses?.map(({ name, state }) => [name, state.terminated?.exitCode]);
        expect(codes).toEqual(
          expect.arrayContaining([
            ['launcher-grpc', 0],
            ['worker', 0],
          ]),
        );
        await installation.idleWorkers(DEMO.pool.size);
        expect((await installation.podsOf(id)).map(({ metadata }) => metadata.name)).toContain(ended.metadata.name);
      } finally {
        await installation.changePool({
          successfulPodsHistoryLimit: null,
          failedPodsHistoryLimit: null,
          pod: { additionalSidecarContainers: null },
        });
      }
    },
    4 * MINUTE,
  );

  itIsProtectedFromDrains(() => installation);

  it(
    'is served by a release that passes helm test, which asks the API server and watches the Lease',
    async () => {
      const said = await installation.release('test', '--logs');
      expect(said).toMatch(/Phase:\s+Succeeded/);
      expect(said).toContain('ok: a replica of the controller leads');
    },
    4 * MINUTE,
  );

  it(
    'runs on a pool that came with the chart, whose Secret the chart made',
    async () => {
      const pool = await installation.poolFromValues('from-values');
      const id = await installation.start({ name: 'on-values', pool });
      expect(await installation.runReaches(id)).toMatchObject({ state: 'FINISHED', reason: 'Succeeded' });
    },
    5 * MINUTE,
  );

  describe('the control plane by its chart', () => itInstallsTheControlPlane(() => installation));

  describe('that has it hard', () => itEndsAsItShould(() => installation));
});
