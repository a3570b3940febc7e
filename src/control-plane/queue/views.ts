import type { Assignment, WorkerView } from '../../protocol/messages';
import type { ViewedAssignment } from '../store/records';
import type { ViewRecord } from '../store/views';
import type { QueueContext } from './context';

/** What the control plane wants of a worker now. */
export function workerView({ settings }: QueueContext, { worker, assignment }: ViewRecord): WorkerView {
  const { id, revision, drained, retiring, removed } = worker;
  const { launcherImage, defaultRunnerImage, defaultAnsibleRunnerImage } = settings;
  const isAnsible = assignment?.tool === 'ANSIBLE';
  return {
    ...{ id, revision, drained, retiring, removed },
    assignment: assignment && {
      runId: assignment.runId,
      stage: assignment.stage,
      attempt: assignment.attempt,
      fence: assignment.fence,
      ...(assignment.runnerImage === null ? {} : { runnerImage: assignment.runnerImage }),
      vendor: isAnsible ? 'ansible' : 'opentofu',
      launcherImage,
      defaultRunnerImage: isAnsible ? defaultAnsibleRunnerImage : defaultRunnerImage,
      startDeadline: assignment.startDeadline,
      started: assignment.startedAt !== null,
      stop: stopOf(assignment),
    },
  };
}

/** An attempt that was ended from outside its Pod is to stop too, whether or not a person asked for it. */
function stopOf({
  stopReason,
  stopAskedAt,
  runUpdatedAt,
  message,
  endedAt,
  endedBy,
}: ViewedAssignment): Assignment['stop'] {
  if (stopReason !== null) return { reason: stopReason, at: stopAskedAt ?? runUpdatedAt };
  return endedAt !== null && endedBy !== 'relay' ? { reason: message, at: endedAt } : null;
}
