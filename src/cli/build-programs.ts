import { run } from '../local-cluster/exec';
import { task, type Progress } from '../local-cluster/progress';
import { ROOT } from './demo/settings';

/** Bundles the programs of the checkout below `dist/`. @throws with the end of what the bundler said */
export function buildPrograms(progress: Progress): Promise<string> {
  return task(progress, 'building the programs', undefined, () =>
    run(process.execPath, ['src/cli/build.mjs'], { cwd: ROOT }),
  );
}
