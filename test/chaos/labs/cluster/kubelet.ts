import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { ANNOTATION, LABEL } from '../../../../src/api';
import type { RunPod } from '../../../../src/controller/run';
import { CallError, LauncherClient } from '../../../../src/launcher/client';
import type { PoolAccess } from '../../../../src/launcher/credentials';
import { EXIT } from '../../../../src/protocol/exit-codes';
import { RUNNING, SUCCEEDED, statusOfFailedInit } from '../../../bench/pods';
import type { ApiServer } from '../../../support/api-server.start';
import { kube } from '../../../support/kube';
import { insist, isUnknown } from '../../../support/load/insist';
import { sleep } from '../../../support/waiting';
import type { Books } from './books';
import { follow } from './follow';

/** How long a run takes that nobody holds. */
const LIFE_MS = 300;
const BEAT_MS = 1_000;
const AGAIN_MS = 100;

/** What a run is to do. */
interface Life {
  /** Whether its plan has changes, which a second Pod applies. */
  readonly hasChanges: boolean;
  /** It goes on until then. */
  readonly until: Promise<unknown>;
}

/** Points of a run's life, told when they are reached. */
export type Point = 'running' | 'told' | 'ended';

/**
 * Plays node and launcher for the run Pods of a namespace, by a connection of its own: whatever is between the controller and
 * the API server, a kubelet does not pass there.
 */
export class Kubelet {
  /** How long images take to be pulled. */
  pullMs = 0;
  readonly reached = new EventEmitter<Record<Point, [runId: string]>>();
  private readonly lives = new Map<string, Life>();
  private readonly playing = new Map<string, AbortController>();
  private readonly closing = new AbortController();
  private readonly following: Promise<void>;

  constructor(
    private readonly server: ApiServer,
    private readonly namespace: string,
    private readonly access: PoolAccess,
    private readonly books: Books,
  ) {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    this.following = follow<RunPod>(server, path, (pod, gone) => this.take(pod, gone), this.closing.signal);
  }

  expect(runId: string, life: Life): void {
    this.lives.set(runId, life);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.following;
  }

  private take(pod: RunPod, gone: boolean): void {
    const { uid = '', labels } = pod.metadata;
    if (labels?.[LABEL.runId] === undefined) return;
    this.books.seen(pod);
    if (gone || pod.metadata.deletionTimestamp !== undefined) {
      this.playing.get(uid)?.abort(new Error(gone ? 'its Pod was gone' : 'its Pod was deleted'));
      if (!gone) void this.finalize(pod);
      return;
    }
    if (this.playing.has(uid) || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return;
    const ending = new AbortController();
    this.playing.set(uid, ending);
    // What was open when the scene ends is of no interest.
    void this.play(pod, AbortSignal.any([ending.signal, this.closing.signal])).catch(() => undefined);
  }

  private async play(pod: RunPod, signal: AbortSignal): Promise<void> {
    const identity = identityOf(pod);
    const { runId, stage, podUid } = identity;
    const client = new LauncherClient({ access: this.access, identity });
    try {
      await this.bind(pod, signal);
      await sleep(this.pullMs, undefined, { signal });
      await insist(() => client.start(), signal);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      await this.become(pod, statusOfFailedInit(EXIT.fenced), signal);
      return;
    }
    this.books.started(runId, stage, podUid);
    let isTold = false;
    const onEnd = () => {
      if (!isTold && !this.closing.signal.aborted) this.books.killed(runId, (signal.reason as Error).message);
    };
    signal.addEventListener('abort', onEnd, { once: true });
    try {
      await this.become(pod, RUNNING, signal);
      this.reached.emit('running', runId);
      const hasChanges = await this.work(client, runId, stage, signal);
      const outcome = { reason: 'Succeeded', message: 'It went well.', exitCode: 0, hasChanges } as const;
      await insist(() => client.outcome(outcome, signal), signal, isUnknown);
      isTold = true;
      this.reached.emit('told', runId);
      await this.become(pod, SUCCEEDED, signal);
      this.reached.emit('ended', runId);
    } finally {
      await client.close();
    }
  }

  private async work(client: LauncherClient, runId: string, stage: string, signal: AbortSignal): Promise<boolean> {
    const entry = { sequence: 1, time: Date.now(), stream: 'stdout', step: 'plan', text: 'a line\n' } as const;
    await insist(() => client.logs('relay', [entry], signal), signal, isUnknown);
    const life = this.lives.get(runId);
    const over = Promise.all([life?.until, sleep(LIFE_MS, undefined, { signal })]).then(() => true);
    while (!(await Promise.race([over, sleep(BEAT_MS, false, { signal })]))) {
      const { stop } = await insist(
        () => client.heartbeat({ step: 'plan', waitSeconds: 0 }, signal),
        signal,
        isUnknown,
      );
      if (stop) this.books.killed(runId, `it was told to stop: ${stop.reason}`);
    }
    const hasChanges = stage === 'preparing' && life?.hasChanges === true;
    const workspace = () => Readable.from([Buffer.from(runId)]);
    if (hasChanges) await insist(() => client.uploadWorkspace(workspace(), signal), signal, isUnknown);
    return hasChanges;
  }

  /** As the scheduler does it. From then on a deletion waits for the node. */
  private async bind({ metadata: { name } }: RunPod, signal: AbortSignal): Promise<void> {
    const target = { apiVersion: 'v1', kind: 'Node', name: 'node' };
    await this.untilTaken(
      'POST',
      `${name}/binding`,
      { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target },
      signal,
    );
  }

  private become({ metadata: { name } }: RunPod, status: object, signal: AbortSignal): Promise<void> {
    return this.untilTaken('PATCH', `${name}/status`, { status }, signal);
  }

  /** The containers have ended. */
  private async finalize({ metadata: { name, uid } }: RunPod): Promise<void> {
    const options = { gracePeriodSeconds: 0, preconditions: { uid } };
    await this.untilTaken('DELETE', name, options, this.closing.signal).catch(() => undefined);
  }

  /** As a kubelet repeats it for as long as the API server is away. */
  private async untilTaken(method: string, path: string, body: object, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const url = `/api/v1/namespaces/${this.namespace}/pods/${path}`;
      const status = await kube(method, url, body, this.server).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status >= 200 && status < 500 && status !== 429) return;
      await sleep(AGAIN_MS, undefined, { signal });
    }
  }
}

function identityOf({ metadata: { uid = '', labels = {}, annotations = {} } }: RunPod) {
  return {
    runId: labels[LABEL.runId] ?? '',
    stage: annotations[ANNOTATION.stage] as 'preparing' | 'applying',
    attempt: Number(annotations[ANNOTATION.attempt]),
    fence: Number(annotations[ANNOTATION.fence]),
    podUid: uid,
    workerName: labels[LABEL.worker] ?? '',
    startDeadline: 0,
  };
}
