import { BUILT_PACKAGE_VARIABLE, buildPackage, type BuiltPackage } from './built-package';

declare global {
  var workerPoolsBuiltPackage: BuiltPackage | undefined;
}

/** Jest's globalSetup of the packaging tests: one build a run. */
export default async function setup(): Promise<void> {
  globalThis.workerPoolsBuiltPackage = await buildPackage();
  process.env[BUILT_PACKAGE_VARIABLE] = JSON.stringify(globalThis.workerPoolsBuiltPackage);
}
