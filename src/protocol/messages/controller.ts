import { z } from 'zod';
import { LONGEST_POLL_WAIT_SECONDS } from '../leases';
import { Attempt, Fence, list, OutcomeReason, Revision, SessionId, Stage, Term, texts, Time, Ulid } from './primitives';

/** One stage of a run, given to one worker. The controller makes exactly one Pod of it. */
export const Assignment = z.object({
  runId: Ulid,
  stage: Stage,
  attempt: Attempt,
  fence: Fence,
  /** Image of the `worker` container that the stack asks for; absent: the pool's default, then the account's. */
  runnerImage: z.string().min(1).optional(),
  /** Which family of default images applies when `runnerImage` is absent. */
  vendor: z.enum(['opentofu', 'ansible']).default('opentofu'),
  /** Image of `init` and `launcher-grpc` that fits this control plane; `spec.pod.launcherImage` wins over it. */
  launcherImage: z.string().min(1),
  /** The account's default runner image, used when neither stack nor pool names one. */
  defaultRunnerImage: z.string().min(1),
  /** Until when the Pod must have started; past it the controller reports `StartTimeout` (or the cause it saw). */
  startDeadline: Time,
  /** True once `init` has asked for the run: from then on the Pod may have changed something. */
  started: z.boolean(),
  /**
   * Set when the run was stopped, or has ended without its Pod: a Pod not yet started is deleted, a started one is told by
   * its relay. `at` says since when: where the relay does not carry it out, the controller ends the Pod in the end.
   */
  stop: z.object({ reason: z.string(), at: Time.optional() }).nullable(),
});

/** All that the control plane wants of one worker. Level-triggered: the newest revision says everything. */
export const WorkerView = z.object({
  id: Ulid,
  revision: Revision,
  /** Gets no further run until it is undrained. */
  drained: z.boolean(),
  /** `retire` was asked while it was busy: it never gets a further run, and is removed when asked again once free. */
  retiring: z.boolean().default(false),
  /** The control plane no longer knows the worker: its object may go, it will never be assigned again. */
  removed: z.boolean(),
  assignment: Assignment.nullable(),
});

export const WorkerRegistration = z.object({
  /** Made by the worker's side, so that registering twice is the same as once. */
  id: Ulid,
  /** Name of the Worker object. */
  name: z.string().min(1).max(253),
  /** Free tags: name of the Worker object, namespace, version of the controller. */
  metadata: texts({ entries: 32, characters: 1024 }),
});

/** What a session observes of one of its workers. */
export const ObservedWorker = z.object({
  id: Ulid,
  /** The run whose Pod exists and is not finished; null when there is none. */
  pod: z
    .object({
      runId: Ulid,
      attempt: Attempt,
      /** By them a control plane that was restored from a backup takes up an assignment that it does not know. */
      stage: Stage.optional(),
      fence: Fence.optional(),
    })
    .nullable(),
});

/** Who speaks; a part of every request. */
export const Speaker = z.object({ session: SessionId, term: Term.optional() });

/** `register`: makes workers known and assignable. Refused whole when one entry is malformed. */
export const RegisterRequest = Speaker.extend({ workers: list(WorkerRegistration, 1000) });
export const WorkerViews = z.object({ revision: Revision, workers: z.array(WorkerView) });

/**
 * `sync`: the session's whole truth against the control plane's, at start, after every reconnect and on a timer. Workers
 * that the control plane has in this session but that are not listed are retired; an assignment whose outcome is known
 * and whose Pod is gone is released; what the control plane does not know comes back in `unknown`, to be registered.
 */
export const SyncRequest = Speaker.extend({ workers: list(ObservedWorker, 20_000) });
export const SyncResponse = WorkerViews.extend({
  unknown: z.array(Ulid),
  /** What assignments will name when neither stack nor pool does, so that the pool's Pods can be checked before any run. */
  images: z.object({ launcherImage: z.string().min(1), defaultRunnerImage: z.string().min(1) }).optional(),
});

/**
 * `watch`: the views that changed after `after`, waiting up to `waitSeconds` for the first. It is the session's heartbeat:
 * a session that neither watches nor syncs for SESSION_LEASE_MS gets no new assignments.
 */
export const WatchRequest = Speaker.extend({
  after: Revision,
  waitSeconds: z.number().int().min(0).max(LONGEST_POLL_WAIT_SECONDS),
});

/** `retire`: an idle worker is removed in the same step; a busy one gets nothing further and is to be asked for again. */
export const RetireRequest = Speaker.extend({ workers: list(Ulid, 1000) });
export const RetireResponse = z.object({
  results: z.array(z.object({ id: Ulid, retired: z.boolean() })),
});

/** What the controller tells of an assignment from outside its Pod. */
export const PodReport = z.discriminatedUnion('kind', [
  /** The Pod exists. */
  z.object({ kind: z.literal('created'), podName: z.string().max(253) }),
  /** The Pod cannot be made or cannot start for now; the sentence goes into the run's log. */
  z.object({ kind: z.literal('waiting'), reason: z.string(), message: z.string() }),
  /** The Pod ended, or never will start; ignored when the relay has already reported an outcome. */
  z.object({ kind: z.literal('failed'), reason: OutcomeReason, message: z.string() }),
  /** Nothing of the Pod runs any more: the worker is free for the next run. */
  z.object({ kind: z.literal('released') }),
]);
export const ReportRequest = Speaker.extend({
  workerId: Ulid,
  runId: Ulid,
  attempt: Attempt,
  fence: Fence,
  report: PodReport,
});
/** `accepted` is false when the fence is old or the assignment is over: the sender may forget it. */
export const ReportResponse = z.object({
  accepted: z.boolean(),
  /** `failed` with `NodeLost` was not accepted, because the run's relay is heard of: ask again later, and do not release. */
  relayHeard: z.boolean().default(false),
});

/** The operations by name, for both transports: `POST /worker/v1/<name>`, or `op: <name>` in an MQTT request. */
export const CONTROLLER_OPERATIONS = {
  register: { request: RegisterRequest, response: WorkerViews },
  sync: { request: SyncRequest, response: SyncResponse },
  watch: { request: WatchRequest, response: WorkerViews },
  retire: { request: RetireRequest, response: RetireResponse },
  report: { request: ReportRequest, response: ReportResponse },
} as const;

export type Assignment = z.infer<typeof Assignment>;
export type WorkerView = z.infer<typeof WorkerView>;
export type WorkerRegistration = z.infer<typeof WorkerRegistration>;
export type ObservedWorker = z.infer<typeof ObservedWorker>;
export type Speaker = z.infer<typeof Speaker>;
export type RegisterRequest = z.infer<typeof RegisterRequest>;
export type WorkerViews = z.infer<typeof WorkerViews>;
export type SyncRequest = z.infer<typeof SyncRequest>;
export type SyncResponse = z.infer<typeof SyncResponse>;
export type WatchRequest = z.infer<typeof WatchRequest>;
export type RetireRequest = z.infer<typeof RetireRequest>;
export type RetireResponse = z.infer<typeof RetireResponse>;
export type PodReport = z.infer<typeof PodReport>;
export type ReportRequest = z.infer<typeof ReportRequest>;
export type ReportResponse = z.infer<typeof ReportResponse>;
