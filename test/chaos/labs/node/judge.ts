import type { OutcomeReason } from '../../../../src/protocol/messages';
import type { Run } from '../../../e2e/installation';
import { SECOND } from './ledger';

/** How a run ends whose own Pod was what was broken, and what is said then. */
export interface VictimEnd {
  readonly as: OutcomeReason;
  /** In the sentence of its end. */
  readonly says: RegExp;
}

/** What is known of a run when all is over. */
export interface Observed {
  readonly id: string;
  /** As the control plane has it; undefined: it never ended. */
  readonly end: Pick<Run, 'reason' | 'message'> | undefined;
  /** How often its change was begun and made, as the ledger has it. */
  readonly begun: number;
  readonly made: number;
  readonly log: string;
  /** Seconds of its change: as many lines its log has to have. */
  readonly seconds: number;
}

/** What became of a run. */
export interface Judged {
  readonly lost: boolean;
  readonly doubled: boolean;
  readonly killed: boolean;
  readonly amiss: readonly string[];
}

/** @param victimEnds how it has to end @default - well, with its change made and every line in its log */
export function judgeRun(run: Observed, victimEnds?: VictimEnd): Judged {
  const { id, end, begun } = run;
  const { reason, message = '' } = end ?? {};
  const wanted = victimEnds?.as ?? 'Succeeded';
  const isOther = end !== undefined && reason !== wanted;
  const isSaid = !victimEnds || victimEnds.says.test(message ?? '');
  return {
    lost: !reason,
    doubled: begun > 1,
    killed: isOther,
    amiss: [
      ...(isOther ? [`run ${id} ended as ${reason}, not as ${wanted}: ${message}`] : []),
      ...(isSaid ? [] : [`run ${id} does not say why it ended: ${message}`]),
      ...(reason === 'Succeeded' ? missingOf(run) : []),
    ],
  };
}

/** What is not as it has to be of a run that says it has succeeded: a change that was not made, a line that is not there. */
function missingOf({ id, made, log, seconds }: Observed): string[] {
  const said = new Set([...log.matchAll(SECOND)].map(([, second]) => Number(second)));
  const absent = Array.from({ length: seconds }, (_, index) => index + 1).filter((second) => !said.has(second));
  return [
    ...(made === 1 ? [] : [`run ${id} succeeded, and the ledger has ${made} changes of it`]),
    ...(absent.length === 0 ? [] : [`the log of run ${id} has not the lines of the seconds ${absent.join(', ')}`]),
  ];
}
