import { findGo } from '../local-cluster/binaries/build';
import { run } from '../local-cluster/exec';
import { UserError } from './run-program';

/**
 * The folder of a module in Go's cache, to which Go fetches it and checks its sum.
 *
 * @throws UserError when there is no Go; Error when Go cannot get the module
 */
export async function goModule(module: string): Promise<string> {
  const go = findGo();
  if (!go) throw new UserError(`${module} is fetched by Go, which is not installed: https://go.dev/dl`);
  const { Dir } = JSON.parse(await run(go, ['mod', 'download', '-json', module])) as { Dir: string };
  return Dir;
}
