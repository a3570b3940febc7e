import { Command } from 'commander';
import type { ResultOf } from 'gql.tada';
import { apiAction } from '../api/command';
import { POOL_HISTORY } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { withExamples } from '../api/help';
import { table, when } from '../api/output';
import { wholeNumber } from '../options';
import { findPool, poolNotFound } from './find-pool';

type Sample = NonNullable<ResultOf<typeof POOL_HISTORY>['workerPool']>['history'][number];

const MOST_HOURS = 14 * 24;

export function historyCommand(): Command {
  const command = new Command('history')
    .argument('<pool>', 'name or id of the pool')
    .description(
      'Show how many runs waited for a worker of a pool, and what its workers did. Each line holds until the next one; those older than a day stand for ten minutes, with the most of each figure.',
    )
    .option('--hours <number>', 'so far back (default: 24)', wholeNumber(1, MOST_HOURS));
  withExamples(withOutput(command), 'pool history production --hours 1', 'pool history production --hours 336 -o json');
  return apiAction<OutputFlags & { hours?: number }>(command, async (client, flags, given = '') => {
    const { id } = await findPool(client, given);
    const { workerPool } = await client.query(POOL_HISTORY, { id, hours: flags.hours ?? 24 });
    if (!workerPool) throw poolNotFound(id);
    const { history } = workerPool;
    output(flags, history, id, historyText(history));
  });
}

function historyText(history: readonly Sample[]): string {
  if (history.length === 0)
    return 'Nothing is known of this time yet: the control plane looks at its pools once a minute.';
  const rows = history.map((sample) => [
    when(sample.at),
    ...[sample.pendingRuns, sample.busyWorkers, sample.idleWorkers, sample.drainedWorkers].map(String),
  ]);
  return table([['FROM', 'WAITING RUNS', 'BUSY', 'IDLE', 'DRAINED'], ...rows]);
}
