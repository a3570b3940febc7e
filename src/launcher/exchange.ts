import { constants } from 'node:fs';
import { open, rename, rm, statfs } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { RunSpec } from '../protocol/messages';

/*
 * The exchange folder: how `init`, the relay and the worker container's shim talk. The steps, which are the user's
 * code, can write to it. So it is flat (no folder in it can be replaced by a link), and the relay, which can read the
 * pool's private key, follows no link in it and reads nothing but ordinary files.
 */
export const FILE = {
  /** By `init`: what the relay needs of the RunSpec. */
  run: 'run.json',
  /** By `init`, for the shim: where workspace and tools are; environment of the steps. */
  layout: 'layout.sh',
  environment: 'environment.sh',
  /** By `init`, for the relay: the same environment, because the pool may want values of it masked. */
  stackEnvironment: 'environment.json',
  command: (step: number): string => `step-${step}.command`,
  success: (step: number): string => `step-${step}.success`,
  /** By the shim. */
  started: (step: number): string => `step-${step}.started`,
  output: (step: number, stream: 'stdout' | 'stderr'): string => `step-${step}.${stream}`,
  exit: (step: number): string => `step-${step}.exit`,
  /** `yes` or `no`: whether the kernel killed something for want of memory meanwhile; absent when it does not say. */
  outOfMemory: (step: number): string => `step-${step}.oom`,
  /** By `init`, where the changes of a plan are wanted: what shows it, and the FIFO into which that writes. */
  planCommand: 'plan.command',
  plan: 'plan',
  /** By the shim: what that ended with. */
  planExit: 'plan.exit',
  /** The same of the outputs. */
  outputsCommand: 'outputs.command',
  outputs: 'outputs',
  outputsExit: 'outputs.exit',
  setting: (variable: string): string => `setting-${variable}`,
  mask: (variable: string): string => `mask-${variable}`,
  workerStarted: 'worker-started',
  workerDone: 'worker-done',
  /** Why the shim could not go on. */
  lastWords: 'last-words',
  /** A FIFO that the shim holds open for writing as long as it lives. */
  workerAlive: 'worker-alive',
  /** By the relay: the names of variables that its own container wants masked. */
  relayReady: 'relay-ready',
  /** By the relay: no step could change the settings before it has read them. */
  settingsTaken: 'settings-taken',
  /** By the relay, for what becomes a step: where the tool finds the state that the control plane keeps. */
  stateBackend: 'state-backend.sh',
  stop: 'stop',
  journal: 'relay.journal',
} as const;

/** What the relay needs of the RunSpec, whoever reads it; never the environment. */
export const RelayRun = RunSpec.pick({
  runId: true,
  stack: true,
  stackId: true,
  stage: true,
  steps: true,
  planStep: true,
  keepsWorkspace: true,
  workspacePartBytes: true,
  masked: true,
}).extend({
  /** Whether the tool gets its state from the control plane, through the relay. */
  servesState: z.boolean().default(false),
  /** What a failed step TOOL_STEP means: nobody has the tool that the stack names. */
  missingTool: z.string().optional(),
});
export type RelayRun = z.infer<typeof RelayRun>;

const ORDINARY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Not there, a link, a socket, or made unreadable by a step. */
const NOT_ORDINARY: readonly string[] = ['ENOENT', 'ELOOP', 'ENXIO', 'EACCES', 'EPERM'];

/** Opens an ordinary file of the exchange folder for reading; undefined when there is none of that name. */
export async function openOrdinary(folder: string, name: string): Promise<FileHandle | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(join(folder, name), ORDINARY);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (NOT_ORDINARY.includes(code ?? '')) return undefined;
    throw error;
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  return undefined;
}

/** The text of a small file, without its last line feed; undefined when there is no such ordinary file. */
export async function readSmall(folder: string, name: string, limit = 4 * 1024 * 1024): Promise<string | undefined> {
  const handle = await openOrdinary(folder, name);
  if (handle === undefined) return undefined;
  try {
    const size = Math.min((await handle.stat()).size, limit);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(size), 0, size, 0);
    return buffer.toString('utf8', 0, bytesRead).replace(/\n$/, '');
  } finally {
    await handle.close();
  }
}

/** Writes a file whole or not at all, never through a link that lies in its place. */
export async function writeWhole(folder: string, name: string, text: string, mode = 0o644): Promise<void> {
  const temporary = join(folder, `.${name}.tmp`);
  await rm(temporary, { recursive: true, force: true });
  const handle = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
  try {
    await handle.writeFile(text);
    await handle.chmod(mode);
  } finally {
    await handle.close();
  }
  await rename(temporary, join(folder, name));
}

/** Has the shim end the running step. A full volume has still room for an empty file. */
export async function tellToStop(folder: string, cause: string): Promise<void> {
  try {
    await writeWhole(folder, FILE.stop, cause);
  } catch (error) {
    if (!isFull(error)) throw error;
    await (await open(join(folder, FILE.stop), constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW)).close();
  }
}

/** Whether the volume of a folder has no room for one block more. */
export async function hasNoRoom(folder: string): Promise<boolean> {
  return (await statfs(folder)).bavail === 0;
}

/** Whether a file could not be written for want of room. */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}
