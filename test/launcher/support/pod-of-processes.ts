import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { init } from '../../../src/launcher/init/init';
import type { Logger } from '../../../src/launcher/logger';
import type { Paths } from '../../../src/launcher/paths';
import { relay } from '../../../src/launcher/relay/relay';
import { SHIM_PATH } from '../../../src/launcher/shim/path';
import type { Assignment } from '../../../src/protocol/messages';
import { encodeToken } from '../../../src/protocol/token';
import { systemClock } from '../../../src/time';
import { NO_SPANS, type Spans } from '../../../src/tracing/spans';
import type { TestPool } from '../../control-plane/support/control-plane';
import { mountCredentials } from './credentials';

export interface PodOptions {
  readonly pool: TestPool;
  readonly workerName: string;
  /** Folder of the Pod's volumes. */
  readonly folder: string;
  /** Where the tool is. */
  readonly bin: string;
  readonly home: string;
  /** What the pool sets in the containers `init` and `worker`. @default - nothing */
  readonly environment?: Readonly<Record<string, string>>;
  readonly logger?: Logger;
  readonly spans?: Spans;
}

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The pool's Secret, as it is mounted. */
export async function mountPool(folder: string, pool: TestPool): Promise<void> {
  await mountCredentials(folder, encodeToken(pool.token), Buffer.from(pool.privateKeyPem).toString('base64'));
}

/** One run Pod of a real control plane: its three containers in their order. @returns the exit code of `worker` */
export async function runPodOfProcesses(assignment: Assignment, options: PodOptions): Promise<number> {
  const { runId, stage, attempt, fence, startDeadline } = assignment;
  const { pool, workerName, folder, bin, home, environment = {}, logger = SILENT, spans = NO_SPANS } = options;
  const paths: Paths = {
    workspace: join(folder, 'workspace'),
    binaries: join(folder, 'binaries'),
    binariesCache: join(folder, 'binaries-cache'),
    credentials: join(folder, 'credentials'),
    exchange: join(folder, 'exchange'),
  };
  await mountPool(paths.credentials, pool);
  const identity = { runId, stage, attempt, fence, startDeadline, workerName, podUid: `pod-${attempt}` };
  const both = { identity, paths, clock: systemClock, logger, spans };
  const signal = new AbortController().signal;
  await init({ ...both, environment, shim: SHIM_PATH, signal, version: 'test' });
  const print = (): void => undefined;
  const relayed = relay({ ...both, environment: {}, print, terminating: new AbortController().signal });
  const shim = spawn('sh', [join(paths.binaries, 'spacelift-worker'), paths.exchange], {
    env: { PATH: [bin, process.env['PATH']].join(delimiter), HOME: home, CHECKPOINT_DISABLE: '1', ...environment },
    stdio: 'ignore',
  });
  const [code] = (await once(shim, 'exit')) as [number];
  await relayed;
  return code;
}
