import { lstat, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunSpec } from '../../protocol/messages';
import { writeWhole } from '../exchange';
import { ownBackend } from './own-backend';

/**
 * Names the backend in the source. No `*_override` file: if it stood beside another backend, the tool would take this one in
 * silence, and plan against an empty state; as it is, it refuses two.
 */
export const BACKEND_FILE = 'worker-pools-state.tf.json';
const BACKEND = `${JSON.stringify({ terraform: { backend: { http: {} } } }, null, 2)}\n`;

/** Where tools leave a state for which they know no better place. */
const LOCAL_STATE = 'terraform.tfstate';

/** A variable with which the tool would want another state of the same stack. */
const WORKSPACE = 'TF_WORKSPACE';

export interface StatePlace {
  /** Whether the tool gets its state from the control plane, through the relay. */
  readonly isManaged: boolean;
  /** Lines for the log. */
  readonly lines: readonly string[];
}

/** The state cannot be kept as things are; going on would create everything again. */
export class StateError extends Error {
  override readonly name = 'StateError';
}

/**
 * Has the tool ask the relay for its state, unless the source says where it is.
 *
 * @param folder of the project within the workspace
 * @throws StateError
 */
export async function placeState(run: RunSpec, folder: string): Promise<StatePlace> {
  // The plan was made with what lies there.
  if (run.stage === 'applying') return { isManaged: await exists(join(folder, BACKEND_FILE)), lines: [] };
  if (run.managedState === null) return { isManaged: false, lines: [] };
  const { version } = run.managedState;
  const own = await ownBackend(folder, BACKEND_FILE);
  if (own !== undefined) {
    const unused = `The control plane has version ${version} of its state, which is not used: to bring it over, see \`worker-pools stack state pull --help\`.`;
    return {
      isManaged: false,
      lines: [`The source names its backend itself (${own}).`, ...(version > 0 ? [unused] : [])],
    };
  }
  const workspace = run.environment[WORKSPACE] ?? 'default';
  if (workspace !== 'default' && workspace !== '') {
    throw new StateError(
      `The stack sets ${WORKSPACE} to ${JSON.stringify(workspace.slice(0, 100))}, but the control plane keeps one state of a stack: take the variable out, make a stack of its own for the workspace, or give the source a backend.`,
    );
  }
  const lines = await withoutLocalState(folder, version);
  await writeWhole(folder, BACKEND_FILE, BACKEND);
  const kept = version === 0 ? 'there is none yet' : `version ${version} is the newest`;
  return { isManaged: true, lines: [...lines, `The control plane keeps the state: ${kept}.`] };
}

/** The tool would want to bring it into the backend, over what is there. */
async function withoutLocalState(folder: string, version: number): Promise<string[]> {
  const path = join(folder, LOCAL_STATE);
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size > 0 && version === 0) {
    throw new StateError(
      `The source has a file ${LOCAL_STATE}, and the control plane has no state of the stack yet. Bring it over with \`worker-pools stack state push\`, so that nothing is created again, or take it out of the source.`,
    );
  }
  await rm(path, { force: true });
  return size > 0 ? [`The file ${LOCAL_STATE} of the source is left out: the control plane has a newer state.`] : [];
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}
