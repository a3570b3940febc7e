import type { RunRecord } from '../store/records';
import type { Change } from './change';
import { systemLog } from './lifecycle';
import { appliesPlan } from './run-types';

/** Of a run that changed something and told no outputs, those of a run before it would be wrong. A task need not tell any. */
export async function forgetUntold(made: Change, { id, type, stackId, attempt }: RunRecord): Promise<void> {
  if (!appliesPlan(type) || !(await made.tx.outputs.forgetUnlessOf(stackId, id))) return;
  await systemLog(made, id, attempt, 'The outputs that an earlier run told are forgotten, because this one told none');
}
