import type { LogRecord } from '../../store/records';

/** A stretch of a log that belongs together. */
export interface LogSection {
  /** '' outside of steps. */
  readonly step: string;
  readonly attempt: number;
  readonly records: readonly LogRecord[];
}

/** Cuts a log where another step or attempt begins. The line that only names a step is left out: its section does that. */
export function sections(log: readonly LogRecord[]): LogSection[] {
  const found: { step: string; attempt: number; records: LogRecord[] }[] = [];
  for (const record of log) {
    const { step, attempt } = record;
    const last = found.at(-1);
    const continues = last?.step === step && (step === '' || last.attempt === attempt);
    const section = continues ? last : { step, attempt, records: [] };
    if (!continues) found.push(section);
    if (!isStepName(record)) section.records.push(record);
  }
  return found;
}

function isStepName({ stream, step, text }: LogRecord): boolean {
  return stream === 'system' && step !== '' && text === `Step ${step}\n`;
}
