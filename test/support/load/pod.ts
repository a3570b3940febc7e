import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Dispatcher } from 'undici';
import { CallError, LauncherClient } from '../../../src/launcher/client';
import type { PoolAccess } from '../../../src/launcher/credentials';
import type { Assignment, LogEntry } from '../../../src/protocol/messages';
import { sleep, systemClock } from '../../../src/time';
import { insist, isUnknown } from './insist';
import type { Ledger } from './ledger';

export interface PodLife {
  /** Between its first and its last log line, in milliseconds. */
  readonly lifeMs: number;
  /** Numbered lines that it logs in that time. */
  readonly lines: number;
  /** Lines of one request. */
  readonly batch: number;
  /** What its controller waits for before it makes the Pod. @default nothing */
  readonly begin?: (assignment: Assignment) => Promise<void>;
  /** What it waits for before it logs more than so many lines. @default nothing */
  readonly beforeMore?: (runId: string, lines: number) => Promise<void>;
  /** Whether its plan has changes, to be applied by a second Pod that gets the workspace of the first. @default none has */
  readonly hasChanges?: (runId: string) => boolean;
  /** Connections that all Pods share. @default each Pod has its own, as it is in a cluster */
  readonly connections?: Dispatcher;
}

export const logLine = (runId: string, sequence: number): string => `line ${sequence} of ${runId}\n`;

/** What a run Pod says to the control plane, from its start to its outcome, with the client that it has there. */
export async function playPod(
  access: PoolAccess,
  assignment: Assignment,
  life: PodLife,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<void> {
  const { runId, stage, attempt, fence, startDeadline } = assignment;
  const podUid = `${runId}-${attempt}-${fence}`;
  const identity = { runId, stage, attempt, fence, startDeadline, podUid, workerName: 'worker' };
  const { connections } = life;
  const client = new LauncherClient({ access, identity, ...(connections && { connections }) });
  try {
    await insist(() => client.start(), signal);
    ledger.started(runId, { stage, attempt, podUid });
    if (stage === 'applying') await insist(() => readWorkspace(client), signal);
    await logAll(client, runId, life, signal);
    const hasChanges = stage === 'preparing' && life.hasChanges?.(runId) === true;
    if (hasChanges)
      await insist(() => client.uploadWorkspace(Readable.from([Buffer.from(runId)]), signal), signal, isUnknown);
    const outcome = { reason: 'Succeeded', message: 'It went well.', exitCode: 0, hasChanges } as const;
    const { state } = await insist(() => client.outcome(outcome, signal), signal, isUnknown);
    if (!hasChanges) ledger.ended(runId, state);
  } finally {
    await client.close();
  }
}

/** A body that breaks off is as a call without an answer: `init` asks for it again. */
async function readWorkspace(client: LauncherClient): Promise<string> {
  const sealed = await client.workspace();
  return text(sealed).catch(() => Promise.reject(new CallError('unreachable', 'the workspace broke off')));
}

async function logAll(
  client: LauncherClient,
  runId: string,
  { lifeMs, lines, batch, beforeMore }: PodLife,
  signal: AbortSignal,
): Promise<void> {
  let stored = 0;
  while (stored < lines) {
    const count = Math.min(batch, lines - stored);
    await sleep(systemClock, (lifeMs * count) / lines, signal);
    await beforeMore?.(runId, stored);
    const entries = entriesOf(runId, stored, count);
    // A control plane that was restored from a backup says where to go on.
    stored = await insist(() => client.logs('relay', entries, signal), signal, isUnknown);
  }
}

function entriesOf(runId: string, stored: number, count: number): LogEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const sequence = stored + index + 1;
    return { sequence, time: Date.now(), stream: 'stdout', step: 'plan', text: logLine(runId, sequence) };
  });
}
