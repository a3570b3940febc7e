import type { z } from 'zod';
import * as messages from '../../../src/protocol/messages';

const [RUN, WORKER] = ['01HPS6XB76J1JB3EHSK4AWE5AB', '01HPS6K4BNB7BPHCDHDWFAMJNV'];
const fence = 7;
const session = 'a-session';
const counts = { create: 1, update: 0, delete: 0, replace: 0, forget: 0, import: 0, move: 0 };
const changes = {
  counts: { ...counts, resources: 1, drift: 0, outputs: 1 },
  changes: [{ address: 'a.b["c"]', action: 'create' }],
  drift: [],
  outputs: [{ name: 'x', action: 'update' }],
  isCut: false,
};
const commit = { hash: 'a'.repeat(40), branch: 'main', message: 'a\nb', author: 'x', createdAt: 1 };
const entry = { sequence: 1, time: 1, stream: 'stdout', step: 'plan', text: 'a line\n' };

/** Each request of the worker protocol, with one that it takes. */
export const REQUESTS: readonly (readonly [z.ZodType, object])[] = [
  [messages.RegisterRequest, { session, workers: [{ id: WORKER, name: 'pool-a', metadata: { version: '1' } }] }],
  [messages.SyncRequest, { session, term: 1, workers: [{ id: WORKER, pod: { runId: RUN, attempt: 1, fence } }] }],
  [messages.WatchRequest, { session, after: 0, waitSeconds: 0 }],
  [messages.RetireRequest, { session, workers: [WORKER] }],
  [
    messages.ReportRequest,
    { session, workerId: WORKER, runId: RUN, attempt: 1, fence, report: { kind: 'created', podName: 'x' } },
  ],
  [messages.StartRequest, { fence, podUid: 'uid' }],
  [messages.LogsRequest, { fence, writer: 'relay', entries: [entry] }],
  [messages.HeartbeatRequest, { fence, step: 'plan', waitSeconds: 0 }],
  [messages.OutcomeRequest, { fence, reason: 'Succeeded', message: '', exitCode: 0, hasChanges: false }],
  [messages.ChangesRequest, { fence, changes }],
  [
    messages.OutputsRequest,
    { fence, outputs: [{ name: 'a', sensitive: true, value: null, withheld: 'sensitive' }], isCut: false },
  ],
  [messages.CommitRequest, { fence, commit }],
  [messages.LockRequest, { fence, lock: { ID: 'x' } }],
  [messages.UnlockRequest, { fence, id: 'x' }],
  [messages.UploadRequest, { fence }],
  [messages.UploadedRequest, { fence, upload: 'x', size: 1, sha256: 'a'.repeat(64) }],
];

const assignment = {
  runId: RUN,
  stage: 'preparing',
  attempt: 1,
  fence,
  vendor: 'opentofu',
  launcherImage: 'example/launcher:1',
  defaultRunnerImage: 'example/runner:1',
  startDeadline: 1,
  started: false,
  stop: { reason: 'stopped', at: 1 },
};
const view = { id: WORKER, revision: 1, drained: false, removed: false, assignment };

/** What the control plane answers a controller. */
export const VIEWS: readonly object[] = [
  { revision: 1, workers: [view, { ...view, assignment: null }] },
  { revision: 1, workers: [], unknown: [WORKER], images: { launcherImage: 'a', defaultRunnerImage: 'b' } },
  { results: [{ id: WORKER, retired: true }] },
  { accepted: true, relayHeard: false },
];
