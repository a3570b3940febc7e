import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO } from '../../src/cli/demo/settings';
import { stateFolder } from '../../src/local-cluster';
import type { NodeLab } from '../chaos/labs/node/lab';

/** The processes that are looked at, by words of their command lines. */
const PROCESSES = { controller: 'controller.mjs', 'control plane': 'control-plane.mjs' } as const;

export interface Sample {
  readonly at: number;
  readonly pid: number;
  readonly files: number;
  readonly sockets: number;
  readonly bytes: number;
}

/** Of one process, or of what its restarts made of it. */
export interface Growth {
  readonly name: string;
  /** At rest, before anything was asked for and after everything was over. */
  readonly first: Sample;
  readonly last: Sample;
  /** Of the process that was there for the longest, in bytes an hour: what a process needs to warm up is in it, too. */
  readonly bytesPerHour: number;
  readonly starts: number;
}

/** What the processes hold, sampled now and then. */
export class Usage {
  private readonly samples = new Map<string, Sample[]>();
  private readonly disks: { readonly at: number; readonly bytes: number }[] = [];

  constructor(private readonly lab: NodeLab) {}

  take(): void {
    const at = performance.now();
    for (const [name, words] of Object.entries(PROCESSES)) {
      const usage = usageOf(this.lab, words);
      if (usage) this.samples.set(name, [...(this.samples.get(name) ?? []), { at, ...usage }]);
    }
    this.disks.push({ at, bytes: sizeOf(join(stateFolder(this.lab.nodeName), DEMO.controlPlane.name)) });
  }

  growth(): Growth[] {
    return [...this.samples].flatMap(([name, samples]) => {
      const [first] = samples;
      const last = samples.at(-1);
      if (!first || !last) return [];
      return [{ name, first, last, bytesPerHour: hourly(longest(samples)), starts: lives(samples).length }];
    });
  }

  /** Of the control plane's data, in bytes an hour, and what it was at last. */
  get disk(): { readonly bytes: number; readonly bytesPerHour: number } {
    return { bytes: this.disks.at(-1)?.bytes ?? 0, bytesPerHour: hourly(this.disks) };
  }
}

/** Undefined while the process is away, because it was killed. */
function usageOf(lab: NodeLab, words: string): Omit<Sample, 'at'> | undefined {
  try {
    return lab.node.usageOf(words);
  } catch {
    return undefined;
  }
}

/** Samples of the same process, one list for each that there was. */
function lives(samples: readonly Sample[]): Sample[][] {
  const pids = [...new Set(samples.map(({ pid }) => pid))];
  return pids.map((pid) => samples.filter((sample) => sample.pid === pid));
}

function longest(samples: readonly Sample[]): Sample[] {
  return lives(samples).sort((one, other) => other.length - one.length)[0] ?? [];
}

function hourly(samples: readonly { readonly at: number; readonly bytes: number }[]): number {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last || last.at === first.at) return 0;
  return ((last.bytes - first.bytes) / (last.at - first.at)) * 3_600_000;
}

function sizeOf(path: string): number {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
