import { RUN_LEASE_MS } from '../../protocol/leases';
import type { PodReport, ReportRequest, ReportResponse } from '../../protocol/messages';
import type { AssignmentRecord } from '../store/records';
import type { Change } from './change';
import type { QueueContext } from './context';
import { hear } from './hear';
import { endWithoutSuccess, podIsGone, systemLog, withdraw } from './lifecycle';
import { change, operation } from './operation';

/** Takes what the controller saw of a Pod from outside. */
export function report(context: QueueContext, poolId: string, request: ReportRequest): Promise<ReportResponse> {
  return change(context, reporting, { poolId, request });
}

interface Reporting {
  readonly poolId: string;
  readonly request: ReportRequest;
}

const reporting = operation('report', async (made: Change, { poolId, request }: Reporting): Promise<ReportResponse> => {
  const { tx } = made;
  await hear(made, poolId, request);
  await tx.runs.hold(request.runId);
  const assignment = await tx.assignments.find(request.runId, request.attempt);
  const isCurrent =
    assignment?.poolId === poolId &&
    assignment.workerId === request.workerId &&
    assignment.fence === request.fence &&
    assignment.releasedAt === null;
  if (!assignment || !isCurrent) return { accepted: false, relayHeard: false };
  if (isLoss(request.report) && (await relayIsHeard(made, assignment))) return { accepted: false, relayHeard: true };
  await apply(made, assignment, request.report);
  return { accepted: true, relayHeard: false };
});

/** A node that the cluster no longer hears of may be cut off from the cluster only. */
function isLoss(report: PodReport): boolean {
  return report.kind === 'failed' && report.reason === 'NodeLost';
}

async function relayIsHeard(made: Change, { startedAt, heardLease, endedAt }: AssignmentRecord): Promise<boolean> {
  if (startedAt === null || endedAt !== null) return false;
  return (await made.reading()) - (heardLease ?? 0) <= RUN_LEASE_MS;
}

async function apply(made: Change, assignment: AssignmentRecord, report: PodReport): Promise<void> {
  switch (report.kind) {
    case 'created':
      return logOnce(made, assignment, `Pod ${report.podName} was created`);
    case 'waiting':
      return logOnce(made, assignment, `The Pod waits (${report.reason}): ${report.message}`);
    case 'failed':
      return endWithoutSuccess(made, assignment, {
        by: 'controller',
        reason: report.reason,
        message: report.message,
      });
    case 'released':
      await settle(made, assignment);
      return podIsGone(made, assignment);
  }
}

/** A Pod that is gone without a word: what had not started may run elsewhere, what had is lost. */
export async function settle(made: Change, assignment: AssignmentRecord): Promise<void> {
  if (assignment.endedAt !== null) return;
  if (assignment.startedAt === null) return withdraw(made, assignment, 'its Pod went before it started');
  const message = 'the Pod is gone without having reported an outcome';
  await endWithoutSuccess(made, assignment, { by: 'control-plane', reason: 'NodeLost', message });
}

/** The controller repeats itself after a restart; the log does not. */
async function logOnce(made: Change, assignment: AssignmentRecord, line: string): Promise<void> {
  const { runId, attempt } = assignment;
  if (assignment.endedAt !== null) return;
  if ((await made.tx.logs.lastText(runId, attempt, 'control-plane')) !== `${line}\n`)
    await systemLog(made, runId, attempt, line);
}
