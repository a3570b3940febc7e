import type { Run } from '../e2e/installation';
import type { NodeLab } from '../chaos/labs/node/lab';

export type Asked = 'tracked' | 'confirmed' | 'discarded' | 'proposed' | 'task' | 'destroy' | 'stopped';

/** A run that was asked for, and how it may end. */
export interface Entry {
  readonly id: string;
  readonly asked: Asked;
  readonly stack: string;
  /** What was broken of its own Pod on purpose, if anything was. */
  broken?: string;
}

/** How a run ended, as the control plane says. */
export interface Ended extends Entry {
  readonly run: Run;
}

/** Of all runs: what was asked, and what became of it. */
export interface Accounts {
  readonly asked: Readonly<Partial<Record<Asked, number>>>;
  /** By the reason of the outcome, or by the state of those that have none. */
  readonly ended: Readonly<Record<string, number>>;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly killed: readonly string[];
}

/** How a run may end beside well, by what was asked for; one whose Pod was broken on purpose may end in any way that is named. */
const MAY_END: Readonly<Partial<Record<Asked, readonly string[]>>> = {
  discarded: ['DISCARDED'],
  stopped: ['Cancelled', 'CANCELED', 'STOPPED'],
};

/** Keeps what was asked for, and holds against it what the control plane says and what the ledger on the disk has. */
export class Books {
  readonly entries: Entry[] = [];
  /** Of runs that are over, which need not be asked about again. */
  private readonly over = new Set<string>();

  constructor(private readonly lab: NodeLab) {}

  add(entry: Entry): Entry {
    this.entries.push(entry);
    return entry;
  }

  /** Runs without an end, of those that are known by now. */
  async open(): Promise<Entry[]> {
    for (const { id } of this.entries.filter((entry) => !this.over.has(entry.id))) {
      if ((await this.lab.installation.run(id)).finished) this.over.add(id);
    }
    return this.entries.filter(({ id }) => !this.over.has(id));
  }

  async close(): Promise<Accounts> {
    const ended: Ended[] = [];
    for (const entry of this.entries) ended.push({ ...entry, run: await this.lab.installation.run(entry.id) });
    const made = (stack: string) => this.lab.ledger.of(stack);
    return account(ended, made);
  }
}

interface Made {
  readonly begun: number;
  readonly made: number;
  readonly destroyed: number;
}

/** Holds what the control plane says of each run against what its stack wrote. */
export function account(all: readonly Ended[], madeOf: (stack: string) => Made): Accounts {
  const asked: Partial<Record<Asked, number>> = {};
  const endings: Record<string, number> = {};
  for (const { asked: kind, run } of all) {
    asked[kind] = (asked[kind] ?? 0) + 1;
    const end = endOf(run);
    endings[end] = (endings[end] ?? 0) + 1;
  }
  const begunOf = (stack: string): number => all.filter((one) => one.stack === stack && mayChange(one)).length;
  const stacks = [...new Set(all.map(({ stack }) => stack))];
  return {
    asked,
    ended: endings,
    lost: all.filter(isLost).map(({ id, asked: kind, run }) => `${kind} ${id} is ${run.state} ${run.reason ?? ''}`),
    doubled: stacks.flatMap((stack) => {
      const { begun, destroyed } = madeOf(stack);
      const destroys = all.filter((one) => one.stack === stack && one.asked === 'destroy').length;
      const tooMuch = begun > begunOf(stack) || destroyed > destroys;
      return tooMuch ? [`${stack}: its change began ${begun} times and was taken back ${destroyed} times`] : [];
    }),
    killed: all.filter((one) => one.run.finished && !mayHaveEnded(one)).map(sentence),
  };

  function isLost({ run, asked: kind, stack }: Ended): boolean {
    if (!run.finished) return true;
    // One that is said to have succeeded has made its change.
    const changes = kind === 'tracked' || kind === 'confirmed' || kind === 'task';
    return run.reason === 'Succeeded' && changes && madeOf(stack).made === 0;
  }
}

const mayChange = ({ asked }: Ended): boolean => asked !== 'proposed' && asked !== 'destroy' && asked !== 'discarded';

function mayHaveEnded(one: Ended): boolean {
  const end = endOf(one.run);
  if (end === 'Succeeded' || (MAY_END[one.asked] ?? []).includes(end)) return true;
  // Without a reason and a sentence it would have ended without a word.
  return one.broken !== undefined && Boolean(one.run.reason) && Boolean(one.run.message);
}

/** A run that nobody carried out to its end has no reason. */
const endOf = ({ state, reason }: Run): string => reason || state;

const sentence = ({ id, asked, run, broken }: Ended): string =>
  `${asked} ${id} ended as ${endOf(run)}${broken === undefined ? '' : ` (${broken})`}: ${run.message}`;
