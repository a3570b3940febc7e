import type { AssignmentRecord, RunRecord } from '../store/records';

/** A stretch of the life of a run. */
export interface Phase {
  readonly name: string;
  readonly begins: number;
  /** Null: it lasts. */
  readonly ends: number | null;
  /** What there is to say of it beside. @default - nothing */
  readonly note?: string;
}

type Attempt = Pick<AssignmentRecord, 'attempt' | 'stage' | 'createdAt' | 'startedAt' | 'endedAt'>;
type Run = Pick<RunRecord, 'type' | 'state' | 'createdAt' | 'finishedAt'>;

/** Of those that plan nothing for others. */
const ONE_STAGE: Partial<Record<Run['type'], string>> = { TASK: 'Task', TESTING: 'Test' };

const stageName = ({ type }: Run, { stage }: Attempt): string =>
  stage === 'applying' ? 'Apply' : (ONE_STAGE[type] ?? 'Plan');

/** What a run went through, in the order of time. @param attempts oldest first */
export function phases(run: Run, attempts: readonly Attempt[]): Phase[] {
  const [first] = attempts;
  const found: Phase[] = [{ name: 'Queued', begins: run.createdAt, ends: first?.createdAt ?? run.finishedAt }];
  attempts.forEach((attempt, at) => {
    found.push(stretch(run, attempt, attempts.filter(({ stage }) => stage === attempt.stage).length > 1));
    if (attempt.endedAt === null) return;
    const next = attempts[at + 1];
    const between = { begins: attempt.endedAt, ends: next?.createdAt ?? run.finishedAt };
    if (next?.stage === attempt.stage) found.push({ name: 'Waiting for another attempt', ...between });
    else if (next) found.push({ name: 'Confirmation', ...between });
    else if (run.finishedAt === null || run.state === 'DISCARDED') found.push({ name: waiting(run), ...between });
  });
  return found;
}

function stretch(run: Run, attempted: Attempt, isOneOfMany: boolean): Phase {
  const { attempt, createdAt, startedAt, endedAt } = attempted;
  const stage = stageName(run, attempted);
  const name = isOneOfMany ? `${stage}, attempt ${attempt}` : stage;
  const ends = endedAt ?? run.finishedAt;
  if (startedAt === null)
    return { name, begins: createdAt, ends, note: ends === null ? 'its Pod starts' : 'no Pod started' };
  return { name, begins: createdAt, ends };
}

const waiting = ({ state }: Run): string =>
  state === 'UNCONFIRMED' || state === 'DISCARDED' ? 'Confirmation' : 'Waiting for a worker';
