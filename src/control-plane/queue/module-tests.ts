import type { ModuleTest } from '../store/modules';
import type { ModuleVersionState, RunRecord } from '../store/records';
import type { Change } from './change';

/** What a version is by its tests: one that failed is enough. */
export function stateOf(tests: readonly Pick<ModuleTest, 'passed'>[]): ModuleVersionState {
  if (tests.some(({ passed }) => passed === false)) return 'FAILED';
  return tests.every(({ passed }) => passed === true) ? 'ACTIVE' : 'PENDING';
}

/** A test has ended: its version may be decided on. The run is held. */
export async function settleTest(made: Change, run: RunRecord): Promise<void> {
  const { tx } = made;
  const versionId = await tx.modules.versionOfRun(run.id);
  // Held before it is looked at, so that of two tests that end at once the later sees both.
  const version = versionId === undefined ? undefined : await tx.modules.lockVersion(versionId);
  if (!version) return;
  await tx.modules.endTest(run.id, run.state === 'FINISHED');
  const state = stateOf(await tx.modules.testsOf([version.id]));
  if (state === version.state) return;
  await tx.modules.setState(version.id, state);
  made.say('info', { module: run.stackId, version: version.number, state }, 'version of a module is tested');
}
