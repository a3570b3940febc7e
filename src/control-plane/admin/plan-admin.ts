import type { PlanChanges } from '../../protocol/messages';
import { idOf } from '../names';
import type { QueueContext } from '../queue/context';
import type { ChangeCounts } from '../store/plan-changes';

/** What people see of plans. */
export class PlanAdmin {
  constructor(private readonly context: QueueContext) {}

  /** Null where nothing is known: the plan has not ended or changes nothing, or its launcher told nothing. */
  async changes(runId: string): Promise<PlanChanges | null> {
    return (await this.context.store.read.planChanges.find(idOf(runId))) ?? null;
  }

  /** How many of each; a run of which nothing is known is left out. */
  counts(runIds: readonly string[]): Promise<ReadonlyMap<string, ChangeCounts>> {
    return this.context.store.read.planChanges.counts(runIds);
  }
}
