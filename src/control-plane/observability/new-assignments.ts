import type { ViewedAssignment } from '../store/records';
import type { ViewRecord } from '../store/views';

/** So many are remembered: more than there are under way at a time. */
const REMEMBERED = 20_000;

/** Finds the assignments whose views are sent for the first time, as far as this process can know. */
export class NewAssignments {
  private readonly sent = new Set<number>();

  /** What was assigned before that may have been sent by another process. */
  constructor(private readonly since: number) {}

  among(views: readonly ViewRecord[]): ViewedAssignment[] {
    return views.flatMap(({ assignment }) => (assignment && this.isNew(assignment) ? [assignment] : []));
  }

  private isNew({ fence, startedAt, endedAt, assignedAt }: ViewedAssignment): boolean {
    if (startedAt !== null || endedAt !== null || assignedAt < this.since || this.sent.has(fence)) return false;
    this.sent.add(fence);
    // A set keeps the order of its making: the first is the oldest.
    for (const oldest of this.sent) {
      if (this.sent.size <= REMEMBERED) break;
      this.sent.delete(oldest);
    }
    return true;
  }
}
