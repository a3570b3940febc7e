import { DEMO } from '../../src/cli/demo/settings';
import type { RunPod } from '../e2e/installation';
import type { NodeLab } from '../chaos/labs/node/lab';
import type { Books, Entry } from './books';
import { insist, pause } from './insist';
import type { Dice } from './options';

/** What is broken in a soak: what passes by itself, or is mended at once, and needs nothing to be built. */
interface Breakage {
  readonly name: string;
  readonly carryOut: (scene: Scene) => Promise<void>;
}

interface Scene {
  readonly lab: NodeLab;
  readonly dice: Dice;
  readonly signal: AbortSignal;
  /** A run that is in the midst of its work, which is noted as broken on purpose; undefined when there is none. */
  victim(why: string): Promise<{ readonly pod: RunPod; readonly entry: Entry } | undefined>;
}

/** A signal to a program of the node, and one that lets it go on. */
const standsStill = (program: 'kubelet' | 'containerd', seconds: number): Breakage => ({
  name: `${program} stands still for ${seconds} s`,
  carryOut: async ({ lab, signal }) => {
    lab.node.signal(program, 'SIGSTOP');
    await pause(seconds, signal);
    lab.node.signal(program, 'SIGCONT');
  },
});

const isKilled = (program: 'kubelet' | 'containerd'): Breakage => ({
  name: `${program} killed`,
  carryOut: ({ lab }) => Promise.resolve(lab.node.signal(program, 'SIGKILL')),
});

const ofAPod = (name: string, harm: (scene: Scene, pod: RunPod) => unknown): Breakage => ({
  name,
  carryOut: async (scene) => {
    const victim = await scene.victim(name);
    if (victim) await harm(scene, victim.pod);
  },
});

const deletes = ({ lab }: Scene, { metadata }: RunPod, ...how: string[]) =>
  lab.kubectl('delete', 'pod', metadata.name, '-n', DEMO.pool.namespace, '--ignore-not-found', ...how);

export const BREAKAGES: readonly Breakage[] = [
  isKilled('kubelet'),
  isKilled('containerd'),
  standsStill('kubelet', 15),
  standsStill('containerd', 10),
  { name: 'controller killed', carryOut: ({ lab }) => lab.installation.killController() },
  { name: 'control plane killed', carryOut: ({ lab }) => lab.parts.killControlPlane() },
  {
    name: 'network to the control plane cut for 20 s',
    carryOut: ({ lab, signal }) => lab.parts.withoutControlPlane(() => pause(20, signal)),
  },
  { name: 'DNS away for 15 s', carryOut: ({ lab, signal }) => lab.parts.withoutDns(() => pause(15, signal)) },
  {
    name: 'node cordoned for 15 s',
    carryOut: async ({ lab, signal }) => {
      await lab.kubectl('cordon', lab.nodeName);
      await pause(15, signal);
      await lab.kubectl('uncordon', lab.nodeName);
    },
  },
  ofAPod('relay of a run killed', ({ lab }, pod) => lab.node.signalContainer(pod, 'launcher-grpc', 'SIGKILL')),
  ofAPod('worker container of a run killed', ({ lab }, pod) => lab.node.signalContainer(pod, 'worker', 'SIGKILL')),
  ofAPod('Pod of a run deleted', (scene, pod) => deletes(scene, pod, '--wait=false')),
  ofAPod('Pod of a run deleted by force', (scene, pod) => deletes(scene, pod, '--force', '--grace-period=0')),
  ofAPod('Pod of a run evicted', ({ lab }, pod) => lab.evict(pod.metadata.name)),
];

/** Breaks one after the other, each as often as another. */
export class Breaking {
  /** How often each was carried out. */
  readonly counts: Record<string, number> = {};

  constructor(
    private readonly lab: NodeLab,
    private readonly books: Books,
    private readonly dice: Dice,
    private readonly signal: AbortSignal,
    private readonly tell: (text: string) => void,
  ) {}

  async run(): Promise<void> {
    let left: Breakage[] = [];
    while (!this.signal.aborted) {
      await pause(this.dice.between(10, 25), this.signal);
      if (this.signal.aborted) return;
      if (left.length === 0) left = [...BREAKAGES];
      const [breakage] = left.splice(this.dice.between(0, left.length - 1), 1);
      if (breakage) await this.carryOut(breakage);
    }
  }

  private async carryOut({ name, carryOut }: Breakage): Promise<void> {
    this.tell(name);
    const scene = { lab: this.lab, dice: this.dice, signal: this.signal, victim: (why: string) => this.victim(why) };
    await carryOut(scene).catch((error: unknown) => {
      // A Pod that has ended meanwhile can not be broken any more.
      this.tell(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    });
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  private async victim(why: string): Promise<{ pod: RunPod; entry: Entry } | undefined> {
    const pods = await insist(() => this.lab.runPods());
    const known = (pod: RunPod) => this.books.entries.find(({ id }) => pod.metadata.name.startsWith(id.toLowerCase()));
    const choices = pods.flatMap((pod) => {
      const entry = known(pod);
      return pod.status.phase === 'Running' && entry ? [{ pod, entry }] : [];
    });
    if (choices.length === 0) return undefined;
    const chosen = this.dice.of(choices);
    chosen.entry.broken = why;
    return chosen;
  }
}
