import type { Worker, WorkerPoolSpec, WorkerStatus } from '../../../src/api';
import type { RunPod } from '../../../src/controller/run';
import type { Memory } from '../../../src/controller/worker/memory';
import type { Action, WorkerSnapshot } from '../../../src/controller/worker/snapshot';
import type { Assignment, WorkerView } from '../../../src/protocol/messages';
import type { SessionStatus } from '../../../src/protocol/session';
import { aPool, NOW, POOL_ULID, WORKER_ID, WORKER_METADATA } from '../run/fixtures';

export const CONNECTED: SessionStatus = { state: 'connected', since: NOW - 60_000 };

export interface Case {
  readonly now?: number;
  readonly assignment?: Assignment;
  readonly view?: Partial<WorkerView> | 'unknown';
  readonly pods?: readonly RunPod[];
  readonly memory?: Partial<Memory>;
  readonly spec?: WorkerPoolSpec;
  readonly generation?: number;
  readonly status?: WorkerStatus;
  readonly deleted?: string;
  readonly disconnectedSince?: number;
  readonly retired?: boolean;
  readonly session?: SessionStatus | 'none';
}

/** A registered, idle Worker, except for what the case says. */
export function snapshot(settings: Case): WorkerSnapshot {
  const { assignment, view = {}, session = CONNECTED, generation = 1 } = settings;
  const pool = aPool(settings.spec);
  const worker: Worker = {
    metadata: {
      ...WORKER_METADATA,
      finalizers: ['workers.spacelift.io/retire'],
      ...(settings.deleted !== undefined && { deletionTimestamp: settings.deleted }),
    },
    ...(settings.status && { status: settings.status }),
  };
  return {
    now: settings.now ?? NOW,
    worker,
    workerId: WORKER_ID,
    pool:
      session === 'none'
        ? undefined
        : { ulid: POOL_ULID, object: { ...pool, metadata: { ...pool.metadata, generation } }, session },
    view:
      view === 'unknown' || session === 'none'
        ? undefined
        : {
            id: WORKER_ID,
            revision: 1,
            drained: false,
            retiring: false,
            removed: false,
            assignment: assignment ?? null,
            ...view,
          },
    disconnectedSince: settings.disconnectedSince,
    retired: settings.retired ?? false,
    pods: settings.pods ?? [],
    memory: { deleting: [], vanished: [], ...(assignment && { fence: assignment.fence }), ...settings.memory },
  };
}

/** An action in a few words, for tables. */
export function inWords(action: Action): string {
  switch (action.type) {
    case 'createPod':
      return `create ${action.pod.metadata.name}`;
    case 'report':
      return `report ${action.report.kind}${'reason' in action.report ? ` ${action.report.reason}` : ''}`;
    case 'deleteUnstartedPod':
      return 'delete the unstarted Pod';
    case 'deleteEndedPod':
      return 'delete the ended Pod';
    case 'endPod':
      return 'end the Pod';
    case 'confirmPodGone':
      return 'look whether the Pod is gone';
    case 'retire':
      return 'retire';
    case 'removeFinalizer':
      return 'remove the finalizer';
  }
}
