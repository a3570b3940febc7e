import type { Progress } from '../../src/local-cluster';
import { removeFolder, temporaryFolder } from '../support/folder';
import { brokenIn, type Area, type Fault, type Lab, type Verdict } from './fault';
import type { Registered, Registry } from './registry';

const WITHIN_SECONDS = 180;
/** A lab that was broken may have programs that do not end by themselves. */
const CLOSE_WITHIN_MS = 60_000;

/** How a fault went: what was measured, or why it could not be carried out. */
export interface Outcome {
  readonly kind: string;
  readonly seconds: number;
  readonly verdict?: Verdict;
  /** What went wrong, a sentence each; none of a fault after which everything was as it has to be. */
  readonly broken: readonly string[];
}

interface Open {
  readonly area: string;
  readonly lab: Lab;
  readonly folder: string;
}

/**
 * Tries faults one after the other, those of an area in the same lab; one that could not be carried out costs the lab, and the
 * next fault gets a new one. `onOutcome` hears of each.
 */
export async function runFaults(
  { areas }: Registry,
  faults: readonly Registered[],
  progress: Progress,
  signal: AbortSignal,
  onOutcome: (outcome: Outcome) => void = () => undefined,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let open: Open | undefined;
  const close = async (): Promise<void> => {
    const closing = open;
    open = undefined;
    if (!closing) return;
    await within(CLOSE_WITHIN_MS, closing.lab.close()).catch((error: unknown) => {
      progress.update(`the lab of ${closing.area} did not close: ${sentence(error)}`);
    });
    removeFolder(closing.folder);
  };
  for (const [index, { area, fault }] of faults.entries()) {
    if (signal.aborted) break;
    if (open && open.area !== area) await close();
    progress.start(`${fault.kind}: ${fault.title}`, `${index + 1} of ${faults.length}`);
    const started = performance.now();
    let verdict: Verdict | undefined;
    let broken: string[];
    try {
      open ??= await openLab(area, areas.get(area), progress, signal);
      verdict = await tryFault(fault, open.lab, signal);
      broken = brokenIn(verdict);
    } catch (error) {
      broken = [`could not be carried out: ${sentence(error)}`];
      await close();
    }
    const seconds = (performance.now() - started) / 1000;
    const outcome = { kind: fault.kind, seconds, broken, ...(verdict && { verdict }) };
    if (broken.length === 0) progress.done();
    else progress.fail();
    outcomes.push(outcome);
    onOutcome(outcome);
  }
  await close();
  return outcomes;
}

async function openLab(name: string, area: Area | undefined, progress: Progress, signal: AbortSignal): Promise<Open> {
  if (!area) throw new Error(`there is no area "${name}"`);
  const folder = temporaryFolder();
  const tell = (text: string) => progress.update(text);
  try {
    return { area: name, folder, lab: await area.open({ folder, signal, tell }) };
  } catch (error) {
    removeFolder(folder);
    throw error;
  }
}

function tryFault(fault: Fault, lab: Lab, signal: AbortSignal): Promise<Verdict> {
  const { withinSeconds = WITHIN_SECONDS } = fault;
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('somebody ended it')), { once: true });
  });
  return Promise.race([within(withinSeconds * 1000, fault.run(lab)), ended]);
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));
