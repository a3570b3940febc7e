import type { Assignment, WorkerView } from '../../protocol/messages';
import type { AssignmentRecord, RunRecord, WorkerRecord } from '../store/records';
import type { QueueContext } from './context';

/** What the control plane wants of a worker now. */
export function workerView(context: QueueContext, worker: WorkerRecord): WorkerView {
  return {
    id: worker.id,
    revision: worker.revision,
    drained: worker.drained,
    retiring: worker.retiring,
    removed: worker.removed,
    assignment: worker.runId === null ? null : assignmentView(context, worker.id),
  };
}

function assignmentView(context: QueueContext, workerId: string): WorkerView['assignment'] {
  const { store, settings } = context;
  const assignment = store.assignments.ofWorker(workerId);
  const run = assignment && store.runs.find(assignment.runId);
  const stack = run && store.stacks.ofRun(run);
  if (!assignment || !run || !stack) return null;
  return {
    runId: run.id,
    stage: assignment.stage,
    attempt: assignment.attempt,
    fence: assignment.fence,
    ...(stack.runnerImage === null ? {} : { runnerImage: stack.runnerImage }),
    vendor: 'opentofu',
    launcherImage: settings.launcherImage,
    defaultRunnerImage: settings.defaultRunnerImage,
    startDeadline: assignment.startDeadline,
    started: assignment.startedAt !== null,
    stop: stopOf(run, assignment),
  };
}

/** An attempt that was ended from outside its Pod is to stop too, whether or not a person asked for it. */
function stopOf(run: RunRecord, { endedAt, endedBy }: AssignmentRecord): Assignment['stop'] {
  if (run.stopReason !== null) return { reason: run.stopReason, at: run.stopAskedAt ?? run.updatedAt };
  return endedAt !== null && endedBy !== 'relay' ? { reason: run.message, at: endedAt } : null;
}
