import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { exec, run, type ExecResult } from '../../../src/local-cluster/exec';

/** A Node, and how a person on it calls programs of an app. */
export interface Node {
  readonly path: string;
  call(program: string, args: readonly string[], cwd: string): Promise<ExecResult>;
}

const nodeAt = (path: string): Node => ({
  path,
  call: (program, args, cwd) =>
    exec(program, args, { cwd, env: { PATH: [dirname(path), process.env.PATH].join(delimiter) } }),
});

/** The Node that runs the tests, which is the project's own. */
export const newestNode = nodeAt(process.execPath);

/** The oldest that package.json's engines allow, from the npm package that the package `node` takes it from, too. */
export async function oldestNode(folder: string): Promise<Node> {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
  const name = `node-${process.platform}-${process.arch}`;
  const version = engines.node.replace('>=', '');
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `${name}@${version}`], { cwd: folder });
  return nodeAt(join(folder, 'node_modules', name, 'bin', 'node'));
}
