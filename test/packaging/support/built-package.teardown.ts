import { dirname } from 'node:path';
import { remove } from './built-package';
import type {} from './built-package.setup';

/** Jest's globalTeardown of the packaging tests; it runs after a failure too. */
export default function teardown(): void {
  const built = globalThis.workerPoolsBuiltPackage;
  if (built) remove(dirname(built.folder));
  globalThis.workerPoolsBuiltPackage = undefined;
}
