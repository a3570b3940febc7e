import type { Deed } from '../schedule';
import type { Content } from './database';
import { pick, type Ground } from './ground';
import { NAMESPACE } from './world';

type DeedOf<Name extends Deed['do']> = Extract<Deed, { do: Name }>;
type Doing<Names extends Deed['do']> = { [Name in Names]: (ground: Ground, deed: DeedOf<Name>) => unknown };

/** A cut that lasts as long is no passing one: runs are given up then. */
const LONG_CUT_MS = 480_000;
/** By how much clocks may differ for the proofs of a pool to be believed. */
const PROOF_TOLERANCE_MS = 60_000;
/** What a process may stand still for without its lease being at stake. */
const SHORT_PAUSE_MS = 60_000;

/** What goes wrong. Where there is nothing that can, nothing does. */
export const BREAKAGE: Doing<
  | 'kill controller'
  | 'stop controller'
  | 'pause controller'
  | 'pause control plane'
  | 'pause relay'
  | 'kill control plane'
  | 'kill at commit'
  | 'set clock'
  | 'node without power'
  | 'kubelet stopped'
  | 'node drained'
  | 'kill container'
  | 'volume full'
  | 'append cut'
  | 'database full'
  | 'no room for blobs'
  | 'end watches'
  | 'compact'
  | 'backup and restore'
  | 'weather'
> = {
  'kill controller': ({ world, controllers }, { which, downMs }) => {
    const controller = pick(controllers, which);
    if (!controller) return;
    const index = world.controllers.indexOf(controller);
    controller.process.kill();
    world.controllers[index] = undefined;
    world.scheduler.after(downMs, () => world.startController(index));
  },
  'stop controller': ({ controllers }, { which }) => pick(controllers, which)?.stop(),
  'pause controller': (ground, { which, forMs }) => ground.pause(pick(ground.controllers, which)?.process, forMs),
  'pause control plane': (ground, { which, forMs }) => ground.pause(pick(ground.replicas, which)?.process, forMs),
  'pause relay': (ground, { which, forMs }) => {
    const pod = pick(ground.world.running, which);
    if (!pod) return;
    if (forMs > SHORT_PAUSE_MS) ground.hurt(pod.label, 'its relay stood still');
    pod.pause('launcher-grpc', forMs);
  },
  'kill control plane': (ground, { which, downMs }) => {
    const replica = pick(ground.replicas, which);
    if (replica) ground.kill(replica, downMs);
  },
  'kill at commit': killAtCommit,
  'set clock': ({ world, controllers, replicas, observer }, { who, which, byMs }) => {
    if (Math.abs(byMs) > PROOF_TOLERANCE_MS) observer.hurtAll('a clock was so wrong that proofs were refused');
    const processes = {
      controller: controllers.map(({ process }) => process),
      'control plane': replicas.map(({ process }) => process),
      node: world.nodes.map(({ machine }) => machine),
      database: [world.databaseServer],
    };
    pick(processes[who], which)?.setWallClock(byMs);
  },
  'node without power': (ground, deed) => loseNode(ground, deed),
  'kubelet stopped': (ground, deed) => loseNode(ground, deed),
  'node drained': (ground, { which, forMs }) => {
    const { world } = ground;
    const node = pick(world.nodes, which);
    if (!node?.isReady) return;
    node.isCordoned = true;
    for (const { metadata, spec } of world.pods) {
      if (spec.nodeName === node.name && world.api.user.evict(NAMESPACE, metadata.name))
        ground.hurt(metadata.name, 'its node was drained');
    }
    world.scheduler.after(forMs, () => (node.isCordoned = false));
  },
  'kill container': (ground, { which, container }) => {
    const pods = ground.world.running.filter((one) => one.isRunning(container));
    const pod = pick(pods, which);
    if (!pod) return;
    ground.hurt(pod.label, `its container ${container} was killed`);
    pod.kill(container);
  },
  'volume full': (ground, { which }) => {
    const pod = pick(ground.world.running, which);
    if (!pod) return;
    ground.hurt(pod.label, 'its volume was full');
    ground.world.volumes.full.add(pod.exchange);
  },
  'append cut': (ground, { which }) => {
    const pods = ground.world.running.filter((one) => one.isRunning('launcher-grpc'));
    const pod = pick(pods, which);
    if (!pod) return;
    ground.hurt(pod.label, 'its relay was killed as it wrote');
    ground.world.volumes.cut = { folder: pod.exchange, bytes: 5, then: () => pod.kill('launcher-grpc') };
  },
  'database full': ({ world }, { forMs }) => {
    const { database } = world.template;
    database.fateOf = () => 'disk full';
    world.scheduler.after(forMs, () => (database.fateOf = () => 'durable'));
  },
  'no room for blobs': ({ world }, { forMs }) => {
    world.blobs.isFull = true;
    world.scheduler.after(forMs, () => (world.blobs.isFull = false));
  },
  'end watches': ({ world }) =>
    world.api.endWatches(world.random.pick(['clean', 'reset', 'gone', 'error', 'half-line'] as const)),
  compact: ({ world }) => world.api.compact(),
  'backup and restore': (ground, { afterMs, downMs }) => {
    const { world } = ground;
    const backup = world.template.database.dump();
    world.scheduler.after(afterMs, () => void restore(ground, backup, downMs));
  },
  weather: ({ world, observer }, { condition, forMs }) => {
    if (condition.kind === 'network cut' && forMs > LONG_CUT_MS) observer.hurtAll('the network was cut for long');
    world.weather.begin(condition);
    world.scheduler.after(forMs, () => {
      world.weather.end(condition);
      world.timeline.note('-', `* no longer: ${condition.kind}`);
    });
  },
};

function killAtCommit(ground: Ground, { after, isDurable, downMs }: DeedOf<'kill at commit'>): void {
  const { world } = ground;
  const { database } = world.template;
  let left = after;
  database.fateOf = (process) => {
    if (left-- > 0) return 'durable';
    database.fateOf = () => 'durable';
    const replica = ground.replicas.find((one) => one.process === process);
    world.timeline.note(process.name, `killed ${isDurable ? 'behind' : 'before'} a commit`);
    if (replica) process.onDeath(() => ground.restartLater(replica, downMs));
    return isDurable ? 'killed after' : 'killed before';
  };
}

function loseNode(ground: Ground, { do: what, which, forMs }: DeedOf<'kubelet stopped' | 'node without power'>): void {
  const { world } = ground;
  const node = pick(world.nodes, which);
  if (!node?.isReady) return;
  for (const { metadata, spec } of world.pods) if (spec.nodeName === node.name) ground.hurt(metadata.name, what);
  if (what === 'node without power') node.crash();
  else node.stopKubelet();
  world.scheduler.after(forMs, () => !node.isReady && node.comeBack());
}

async function restore(ground: Ground, backup: Content, downMs: number): Promise<void> {
  const { world, observer } = ground;
  world.timeline.note('-', '* the backup is restored');
  for (const replica of ground.replicas) ground.kill(replica, downMs);
  await world.template.database.restore(backup, world.databaseServer.clock.now());
  observer.restored();
  world.takeBackCredentials();
  // One whose init still asks to start ends by itself: nobody knows of it.
  const begun = world.running.filter((pod) => pod.isRunning('launcher-grpc'));
  const live = new Set(begun.map((pod) => pod.attempt.runId));
  for (const { id } of ground.rows('SELECT id FROM runs')) {
    // Nobody is left who could tell of it again.
    if (!live.has(String(id))) observer.hurt(String(id), 'what became of it came after the backup');
  }
}
