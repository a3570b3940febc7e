import { sleep } from '../../../support/waiting';
import type { Verdict } from '../../fault';
import type { ClusterLab, TrialOptions } from './lab';
import type { Exchange, Verb } from './proxy';
import type { Scene } from './scene';

/** Begins a fault; the result mends what it broke. */
export type Break = (scene: Scene) => Promise<() => unknown> | (() => unknown);

/** A point that is not come to by then is not where it was thought to be. */
const POINT_WITHIN_MS = 60_000;
/** Runs that wait for a Worker when the fault begins, and runs that are triggered while it goes on. */
const QUEUED = 4;
const BEGUN = 4;

/** Each Worker has a run that goes on, and others wait; where Workers are to be free, none does. */
export async function load(scene: Scene, free = 0): Promise<void> {
  await scene.fill(free);
  if (free === 0) await scene.trigger(QUEUED);
}

/** While something is broken, two runs come to their end and others are triggered, which may go on until it is over. */
export async function goOn(scene: Scene, held = false): Promise<void> {
  scene.release(2);
  await scene.trigger(BEGUN, held);
}

/** Something is broken for so many seconds while runs are in progress, wait, begin and end. */
export const brokenFor = (
  lab: ClusterLab,
  seconds: number,
  breakIt: Break,
  options: TrialOptions = {},
): Promise<Verdict> =>
  lab.trial(async (scene) => {
    await load(scene, options.free);
    const mend = await breakIt(scene);
    try {
      await goOn(scene, (options.free ?? 0) > 0);
      await sleep(seconds * 1000, undefined, { signal: lab.signal });
    } finally {
      await mend();
    }
  }, options);

/** The same of the network before the API server. @throws Error where the controller has met nothing of it */
export const networkBrokenFor = (
  lab: ClusterLab,
  seconds: number,
  breakIt: Break,
  options: TrialOptions = {},
): Promise<Verdict> => {
  const before = lab.proxy.met;
  const breakAndSee: Break = async (scene) => {
    const mend = await breakIt(scene);
    return async () => {
      await mend();
      if (lab.proxy.met === before) throw new Error('the controller met nothing of the fault');
    };
  };
  return brokenFor(lab, seconds, breakAndSee, options);
};

/** Each request of the controller is answered so for so many seconds. */
export const answeredFor = (lab: ClusterLab, seconds: number, answer: (exchange: Exchange) => boolean) =>
  networkBrokenFor(lab, seconds, ({ lab: { proxy } }) => {
    // What is open goes on by itself; the fault is to meet watches, too.
    proxy.resetOpen();
    return proxy.rule(answer);
  });

/**
 * What the controller writes is carried out for 8 s, its answers are not heard, and watches bring nothing.
 * @param instead of the answer to what was carried out
 */
export const unansweredWrites = (lab: ClusterLab, instead: (exchange: Exchange) => void) =>
  networkBrokenFor(
    lab,
    8,
    ({ kubelet }) => {
      // A Pod that was made is not yet begun when the controller asks for it again.
      kubelet.pullMs = 5_000;
      // What was carried out is to be found by nothing but the next request.
      const letGo = lab.proxy.holdWatches();
      const mend = lab.proxy.rule((exchange) => {
        const { verb, pass } = exchange;
        if (['get', 'list', 'watch'].includes(verb)) return false;
        pass(undefined, (status) => {
          // What it refuses is heard.
          if (status >= 300) return true;
          instead(exchange);
          return false;
        });
        return true;
      });
      return () => {
        mend();
        letGo();
      };
    },
    { free: 2 },
  );

/** Something happens to the open watches again and again for so many seconds. */
export const watchesFor = (lab: ClusterLab, seconds: number, happen: () => void) =>
  networkBrokenFor(lab, seconds, () => {
    happen();
    const again = setInterval(happen, 500);
    return () => clearInterval(again);
  });

/** A request of the controller that is a point of a run's life. */
export interface RequestPoint {
  readonly verbs: readonly Verb[];
  readonly resource: string;
  /** What the body has to hold. @default anything */
  readonly body?: RegExp;
  /** Whether it is carried out, and only its answer is never heard. */
  readonly carriedOut: boolean;
}

/** Kills the controller with SIGKILL at a request that it makes, and starts it again. */
export async function killAt(scene: Scene, point: RequestPoint, meanwhile: () => Promise<unknown>): Promise<void> {
  const { proxy, signal } = scene.lab;
  let reached = (): void => undefined;
  const arrived = new Promise<void>((resolve) => (reached = resolve));
  let isOver = false;
  const remove = proxy.rule((exchange) => {
    const { verb, resource, body } = exchange;
    if (isOver || !point.verbs.includes(verb) || resource !== point.resource) return false;
    if (point.body && !point.body.test(body)) return false;
    isOver = true;
    if (point.carriedOut) exchange.pass(undefined, () => (reached(), false));
    else reached();
    return true;
  });
  try {
    await meanwhile();
    const late = sleep(POINT_WITHIN_MS, 'late', { signal });
    if ((await Promise.race([arrived, late])) === 'late') throw new Error('the controller never came to that point');
    await scene.controller.killAndRestart();
  } finally {
    remove();
  }
}

/** The controller is killed at a request that belongs to the life of its runs. */
export const killedAt = (lab: ClusterLab, point: RequestPoint): Promise<Verdict> =>
  lab.trial(async (scene) => {
    await load(scene);
    await killAt(scene, point, () => goOn(scene));
  });

/** The same while the pool is given another size. */
export const killedWhileScaling = (lab: ClusterLab, size: number, point: RequestPoint): Promise<Verdict> =>
  lab.trial(async (scene) => {
    await load(scene);
    await killAt(scene, point, async () => {
      await scene.scale(size);
      await goOn(scene);
    });
  });
