import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../src/local-cluster/exec';
import { builtPackage, temporaryFolder } from './built-package';

/**
 * A cdk8s app as its author has it, in a folder outside the checkout: this package from its tarball, a compiler, and further
 * packages as `name@version`.
 */
export async function createConsumerApp(
  files: Readonly<Record<string, string>>,
  others: readonly string[] = [],
): Promise<string> {
  const app = temporaryFolder('consumer');
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'team-app', private: true }));
  for (const [path, content] of Object.entries(files)) writeFileSync(join(app, path), content);
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const packages = [builtPackage().tarball, `typescript@${devDependencies.typescript}`, ...others];
  await run('npm', ['install', ...flags, ...packages], { cwd: app });
  return app;
}
