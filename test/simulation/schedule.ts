import type { Condition } from './faults/weather';
import { Random } from './random';
import { STACKS } from './world/template';

/** How the world is built. */
export interface Shape {
  readonly controllers: number;
  readonly replicas: number;
  readonly nodes: number;
  readonly poolSize: number;
  readonly sweepEveryMs: number;
  /** How often a stage fails, has changes, and how long its steps take at most. */
  readonly failing: number;
  readonly changing: number;
  readonly longestStepMs: number;
}

/** Something that is done to the world at a time. */
export type Deed =
  | { readonly do: 'trigger'; readonly stack: string; readonly type: 'TRACKED' | 'PROPOSED' | 'TASK' }
  | { readonly do: 'confirm' | 'discard' | 'stop' | 'cancel' | 'release' | 'drain' | 'undrain'; readonly which: number }
  | { readonly do: 'scale'; readonly size: number }
  | { readonly do: 'delete worker' | 'delete pod' | 'evict pod' | 'force delete pod'; readonly which: number }
  | { readonly do: 'remove label'; readonly which: number }
  | { readonly do: 'cycle' | 'reset credentials' | 'recreate pool' }
  | { readonly do: 'kill controller' | 'stop controller'; readonly which: number; readonly downMs: number }
  | {
      readonly do: 'pause controller' | 'pause control plane' | 'pause relay';
      readonly which: number;
      readonly forMs: number;
    }
  | { readonly do: 'kill control plane'; readonly which: number; readonly downMs: number }
  | { readonly do: 'kill at commit'; readonly after: number; readonly isDurable: boolean; readonly downMs: number }
  | {
      readonly do: 'set clock';
      readonly who: 'controller' | 'control plane' | 'node' | 'database';
      readonly which: number;
      readonly byMs: number;
    }
  | { readonly do: 'node without power' | 'kubelet stopped'; readonly which: number; readonly forMs: number }
  | { readonly do: 'node drained'; readonly which: number; readonly forMs: number }
  | { readonly do: 'kill container'; readonly which: number; readonly container: 'launcher-grpc' | 'worker' | 'init' }
  | { readonly do: 'volume full' | 'append cut'; readonly which: number }
  | { readonly do: 'database full' | 'no room for blobs'; readonly forMs: number }
  | { readonly do: 'end watches' | 'compact' }
  | { readonly do: 'backup and restore'; readonly afterMs: number; readonly downMs: number }
  | { readonly do: 'weather'; readonly condition: Condition; readonly forMs: number };

export interface Step {
  /** Milliseconds since the beginning. */
  readonly at: number;
  readonly deed: Deed;
}

/** What a seed comes to. */
export interface Schedule {
  readonly seed: string;
  readonly shape: Shape;
  readonly steps: readonly Step[];
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** The same seed gives the same schedule. */
export function scheduleOf(seed: string): Schedule {
  const random = new Random(seed).fork('schedule');
  const shape = shapeOf(random.fork('shape'));
  const lastsMs = random.between(20, 120) * SECOND_MS;
  const steps: Step[] = [];
  const runs = random.between(1, 5);
  for (let run = 0; run < runs; run++) {
    const type = random.weighted({ TRACKED: 6, PROPOSED: 2, TASK: 1 });
    steps.push({ at: random.between(0, lastsMs * 0.8), deed: { do: 'trigger', stack: random.pick(STACKS), type } });
  }
  const deeds = random.between(1, 12);
  for (let deed = 0; deed < deeds; deed++) steps.push({ at: random.between(0, lastsMs), deed: deedOf(random) });
  return { seed, shape, steps: steps.sort((one, other) => one.at - other.at) };
}

function shapeOf(random: Random): Shape {
  return {
    controllers: random.chance(0.5) ? 2 : 1,
    replicas: random.chance(0.35) ? 2 : 1,
    nodes: random.between(1, 2),
    poolSize: random.between(1, 3),
    sweepEveryMs: random.pick([5, 10, 15, 20]) * SECOND_MS,
    failing: random.chance(0.3) ? 0.3 : 0,
    changing: random.pick([0, 0.5, 1]),
    longestStepMs: random.chance(0.1) ? 2 * MINUTE_MS : 8 * SECOND_MS,
  };
}

const which = (random: Random): number => random.between(0, 5);
/** Mostly short, at times longer than any lease. */
const duration = (random: Random): number =>
  random.weighted({ short: 6, long: 3, longest: 1 }) === 'short'
    ? random.between(100, 15 * SECOND_MS)
    : random.chance(0.8)
      ? random.between(15 * SECOND_MS, 3 * MINUTE_MS)
      : random.between(3 * MINUTE_MS, 13 * MINUTE_MS);

const DEEDS: Readonly<Record<Deed['do'], { readonly weight: number; make(random: Random): Deed }>> = {
  trigger: {
    weight: 3,
    make: (random) => ({
      do: 'trigger',
      stack: random.pick(STACKS),
      type: random.pick(['TRACKED', 'PROPOSED', 'TASK']),
    }),
  },
  confirm: { weight: 8, make: (random) => ({ do: 'confirm', which: which(random) }) },
  discard: { weight: 1, make: (random) => ({ do: 'discard', which: which(random) }) },
  stop: { weight: 3, make: (random) => ({ do: 'stop', which: which(random) }) },
  release: { weight: 1, make: (random) => ({ do: 'release', which: which(random) }) },
  cancel: { weight: 1, make: (random) => ({ do: 'cancel', which: which(random) }) },
  drain: { weight: 1, make: (random) => ({ do: 'drain', which: which(random) }) },
  undrain: { weight: 1, make: (random) => ({ do: 'undrain', which: which(random) }) },
  scale: { weight: 5, make: (random) => ({ do: 'scale', size: random.between(0, 4) }) },
  'delete worker': { weight: 3, make: (random) => ({ do: 'delete worker', which: which(random) }) },
  'delete pod': { weight: 2, make: (random) => ({ do: 'delete pod', which: which(random) }) },
  'evict pod': { weight: 2, make: (random) => ({ do: 'evict pod', which: which(random) }) },
  'force delete pod': { weight: 1, make: (random) => ({ do: 'force delete pod', which: which(random) }) },
  'remove label': { weight: 4, make: (random) => ({ do: 'remove label', which: which(random) }) },
  cycle: { weight: 2, make: () => ({ do: 'cycle' }) },
  'reset credentials': { weight: 2, make: () => ({ do: 'reset credentials' }) },
  'recreate pool': { weight: 1, make: () => ({ do: 'recreate pool' }) },
  'kill controller': {
    weight: 7,
    make: (random) => ({ do: 'kill controller', which: which(random), downMs: duration(random) }),
  },
  'stop controller': {
    weight: 2,
    make: (random) => ({ do: 'stop controller', which: which(random), downMs: duration(random) }),
  },
  'pause controller': {
    weight: 6,
    make: (random) => ({ do: 'pause controller', which: which(random), forMs: duration(random) }),
  },
  'pause control plane': {
    weight: 4,
    make: (random) => ({ do: 'pause control plane', which: which(random), forMs: duration(random) }),
  },
  'pause relay': {
    weight: 4,
    make: (random) => ({ do: 'pause relay', which: which(random), forMs: duration(random) }),
  },
  'kill control plane': {
    weight: 6,
    make: (random) => ({ do: 'kill control plane', which: which(random), downMs: duration(random) }),
  },
  'kill at commit': {
    weight: 8,
    make: (random) => ({
      do: 'kill at commit',
      after: random.between(0, 6),
      isDurable: random.chance(0.6),
      downMs: duration(random),
    }),
  },
  'set clock': {
    weight: 4,
    make: (random) => ({
      do: 'set clock',
      who: random.pick(['controller', 'control plane', 'node', 'database']),
      which: which(random),
      byMs: random.pick([-1, 1]) * random.pick([5 * SECOND_MS, 50 * SECOND_MS, 5 * MINUTE_MS, 3_600 * SECOND_MS]),
    }),
  },
  'node without power': {
    weight: 3,
    make: (random) => ({ do: 'node without power', which: which(random), forMs: duration(random) }),
  },
  'kubelet stopped': {
    weight: 3,
    make: (random) => ({ do: 'kubelet stopped', which: which(random), forMs: duration(random) }),
  },
  'node drained': {
    weight: 2,
    make: (random) => ({ do: 'node drained', which: which(random), forMs: duration(random) }),
  },
  'kill container': {
    weight: 4,
    make: (random) => ({
      do: 'kill container',
      which: which(random),
      container: random.pick(['launcher-grpc', 'worker', 'worker', 'init']),
    }),
  },
  'volume full': { weight: 2, make: (random) => ({ do: 'volume full', which: which(random) }) },
  'append cut': { weight: 2, make: (random) => ({ do: 'append cut', which: which(random) }) },
  'database full': { weight: 3, make: (random) => ({ do: 'database full', forMs: duration(random) }) },
  'no room for blobs': { weight: 2, make: (random) => ({ do: 'no room for blobs', forMs: duration(random) }) },
  'end watches': { weight: 2, make: () => ({ do: 'end watches' }) },
  compact: { weight: 2, make: () => ({ do: 'compact' }) },
  'backup and restore': {
    weight: 2,
    make: (random) => ({ do: 'backup and restore', afterMs: duration(random), downMs: duration(random) }),
  },
  weather: {
    weight: 30,
    make: (random) => ({ do: 'weather', condition: conditionOf(random), forMs: duration(random) }),
  },
};

function conditionOf(random: Random): Condition {
  const kind = random.pick([
    'api slow',
    'api lossy',
    'api away',
    'api refuses',
    'watches broken',
    'api stale',
    'quota',
    'network lossy',
    'network slow',
    'messages doubled',
    'network cut',
  ] as const);
  if (kind === 'api refuses') {
    const how = random.pick(['conflict', 'tooManyRequests', 'internal', 'unavailable', 'timeout'] as const);
    return { kind, how };
  }
  if (kind !== 'network cut') return { kind };
  const who = random.pick([undefined, 'controller', 'control-plane-1', 'pods']);
  return { kind, ...(who !== undefined && { who }) };
}

const WEIGHTS = Object.fromEntries(Object.entries(DEEDS).map(([name, { weight }]) => [name, weight])) as Record<
  Deed['do'],
  number
>;

const deedOf = (random: Random): Deed => DEEDS[random.weighted(WEIGHTS)].make(random);
