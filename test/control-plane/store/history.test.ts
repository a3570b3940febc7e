import { expect, test } from '@jest/globals';
import { silent } from '../../../src/local-cluster';
import { historyMeasures, runHistory } from '../../bench/control-plane/history/history';

test('with a long history it costs no more to let a run pass through, or to list runs', async () => {
  // So many of each stack that a query which walks through them costs twice as much and more.
  const size = { stacks: 4, finished: 50_000, queued: 1_000 };
  const report = await runHistory({ database: 'sqlite', rounds: 2, ...size }, silent);
  for (const { name, value } of historyMeasures(report))
    expect({ name, isBounded: value < 1.5 }).toEqual({ name, isBounded: true });
}, 120_000);
