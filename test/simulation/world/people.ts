import { LABEL } from '../../../src/api';
import { WORKER_POOLS, WORKERS } from '../../../src/controller/resources';
import { PODS } from '../../../src/controller/runtime';
import type { Deed } from '../schedule';
import { pick, type Ground } from './ground';
import { POOL_NAME } from './template';
import { NAMESPACE } from './world';

type DeedOf<Name extends Deed['do']> = Extract<Deed, { do: Name }>;
type Doing<Names extends Deed['do']> = { [Name in Names]: (ground: Ground, deed: DeedOf<Name>) => unknown };

/** What people, autoscalers and cluster operators do. Where there is nothing to do it to, nothing happens. */
export const PEOPLE: Doing<
  | 'trigger'
  | 'confirm'
  | 'discard'
  | 'cancel'
  | 'stop'
  | 'release'
  | 'drain'
  | 'undrain'
  | 'scale'
  | 'cycle'
  | 'recreate pool'
  | 'reset credentials'
  | 'delete worker'
  | 'delete pod'
  | 'evict pod'
  | 'force delete pod'
  | 'remove label'
> = {
  trigger: async ({ world, observer }, { stack, type }) => {
    const input = { stack, type, ...(type === 'TASK' && { command: 'tofu state list' }) };
    const run = await world.anyControlPlane()?.admin.createRun(input);
    if (run) observer.asked(run.id);
  },
  confirm: (ground, { which }) => decide(ground, 'confirm', which, `state = 'UNCONFIRMED'`),
  discard: (ground, { which }) => decide(ground, 'discard', which, `state = 'UNCONFIRMED'`),
  cancel: (ground, { which }) => decide(ground, 'cancel', which, `state IN ('QUEUED', 'PREPARING')`),
  stop: (ground, { which }) => decide(ground, 'stop', which, 'finishedAt IS NULL'),
  release: (ground, { which }) => decide(ground, 'stop', which, 'finishedAt IS NOT NULL AND holding = 1'),
  drain: (ground, { which }) => setDrained(ground, which, true),
  undrain: (ground, { which }) => setDrained(ground, which, false),
  scale: ({ world }, { size }) => world.api.user.scale(WORKER_POOLS, NAMESPACE, POOL_NAME, size),
  cycle: ({ world }) => {
    const labels = { cycled: String(world.scheduler.steps) };
    world.api.user.patch(WORKER_POOLS, NAMESPACE, POOL_NAME, { spec: { pod: { labels } } });
  },
  'recreate pool': ({ world }) => {
    const { user } = world.api;
    const size = (user.get(WORKER_POOLS, NAMESPACE, POOL_NAME)?.spec?.poolSize as number | undefined) ?? 1;
    user.delete(WORKER_POOLS, NAMESPACE, POOL_NAME);
    const again = (): void => {
      if (user.get(WORKER_POOLS, NAMESPACE, POOL_NAME)) world.scheduler.after(5_000, again);
      else world.createPool(size);
    };
    world.scheduler.after(5_000, again);
  },
  'reset credentials': ({ world }) => world.resetCredentials(),
  'delete worker': ({ world }, { which }) => {
    const worker = pick(world.workers, which);
    if (worker) world.api.user.delete(WORKERS, NAMESPACE, worker.metadata.name);
  },
  'delete pod': (ground, { which }) => {
    const name = podName(ground, which);
    if (name === undefined) return;
    ground.hurt(name, 'somebody deleted its Pod');
    ground.world.api.user.delete(PODS, NAMESPACE, name);
  },
  'evict pod': (ground, { which }) => {
    const name = podName(ground, which);
    if (name === undefined || !ground.world.api.user.evict(NAMESPACE, name)) return;
    ground.hurt(name, 'its Pod was evicted');
  },
  'force delete pod': (ground, { which }) => {
    const pod = pick(ground.world.pods, which);
    if (!pod) return;
    ground.hurt(pod.metadata.name, 'somebody deleted its Pod by force');
    ground.world.api.kubelet.forceDelete(pod as never, 'user');
  },
  /** By which run Pods are watched: to the watch the Pod is gone, while its run goes on. */
  'remove label': (ground, { which }) => {
    const name = podName(ground, which);
    if (name === undefined) return;
    ground.world.api.user.patch(PODS, NAMESPACE, name, { metadata: { labels: { [LABEL.workerPool]: null } } });
  },
};

const podName = ({ world }: Ground, which: number): string | undefined => pick(world.pods, which)?.metadata.name;

async function decide(
  ground: Ground,
  what: 'confirm' | 'discard' | 'cancel' | 'stop',
  which: number,
  where: string,
): Promise<void> {
  const { world, observer } = ground;
  const run = pick(ground.rows(`SELECT id FROM runs WHERE ${where} ORDER BY id`), which);
  const replica = world.anyControlPlane();
  if (!run || !replica) return;
  const id = String(run.id);
  if (what !== 'confirm') observer.stopped(id);
  await replica.admin[what](id);
}

async function setDrained(ground: Ground, which: number, drained: boolean): Promise<void> {
  const { world } = ground;
  const present = 'SELECT id FROM workers WHERE removedAt IS NULL AND forgottenAt IS NULL';
  const worker = pick(ground.rows(`${present} AND drained = ${drained ? 0 : 1} ORDER BY id`), which);
  if (worker) await world.anyControlPlane()?.admin.setDrained(world.template.poolId, String(worker.id), drained);
}
