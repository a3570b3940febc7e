import { RUN_LEASE_MS } from '../../protocol/leases';
import type { PodReport, ReportRequest, ReportResponse } from '../../protocol/messages';
import type { AssignmentRecord } from '../store/records';
import type { QueueContext } from './context';
import { hear } from './hear';
import { endWithoutSuccess, release, systemLog, withdraw } from './lifecycle';

/** Takes what the controller saw of a Pod from outside. */
export function report(context: QueueContext, poolId: string, request: ReportRequest): ReportResponse {
  const { store } = context;
  hear(context, poolId, request);
  return store.transaction(() => {
    const assignment = store.assignments.find(request.runId, request.attempt);
    const isCurrent =
      assignment?.poolId === poolId &&
      assignment.workerId === request.workerId &&
      assignment.fence === request.fence &&
      assignment.releasedAt === null;
    if (!assignment || !isCurrent) return { accepted: false, relayHeard: false };
    if (isLoss(request.report) && relayIsHeard(context, assignment)) return { accepted: false, relayHeard: true };
    apply(context, assignment, request.report);
    return { accepted: true, relayHeard: false };
  });
}

/** A node that the cluster no longer hears of may be cut off from the cluster only. */
function isLoss(report: PodReport): boolean {
  return report.kind === 'failed' && report.reason === 'NodeLost';
}

function relayIsHeard({ leases }: QueueContext, { runId, attempt, startedAt, endedAt }: AssignmentRecord): boolean {
  if (startedAt === null || endedAt !== null) return false;
  return leases.relaySilence(runId, attempt, startedAt) <= RUN_LEASE_MS;
}

function apply(context: QueueContext, assignment: AssignmentRecord, report: PodReport): void {
  switch (report.kind) {
    case 'created':
      logOnce(context, assignment, `Pod ${report.podName} was created`);
      return;
    case 'waiting':
      logOnce(context, assignment, `The Pod waits (${report.reason}): ${report.message}`);
      return;
    case 'failed':
      endWithoutSuccess(context, assignment, { by: 'controller', reason: report.reason, message: report.message });
      return;
    case 'released':
      settle(context, assignment);
      release(context, assignment);
      return;
  }
}

/** A Pod that is gone without a word: what had not started may run elsewhere, what had is lost. */
function settle(context: QueueContext, assignment: AssignmentRecord): void {
  if (assignment.endedAt !== null) return;
  if (assignment.startedAt === null) {
    withdraw(context, assignment, 'its Pod went before it started');
    return;
  }
  const message = 'the Pod is gone without having reported an outcome';
  endWithoutSuccess(context, assignment, { by: 'control-plane', reason: 'NodeLost', message });
}

/** The controller repeats itself after a restart; the log does not. */
function logOnce(context: QueueContext, assignment: AssignmentRecord, line: string): void {
  const { runId, attempt } = assignment;
  if (assignment.endedAt !== null) return;
  if (context.store.logs.lastText(runId, attempt, 'control-plane') !== `${line}\n`)
    systemLog(context, runId, attempt, line);
}
