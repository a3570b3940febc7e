import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exec } from '../../src/local-cluster/exec';
import { removeFolder, temporaryFolder } from '../support/folder';

const folder = temporaryFolder();

beforeAll(() => {
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'names.ts'), `export enum Name {\n  CHART = 'tools',\n}\n`);
  writeFileSync(
    join(folder, 'main.ts'),
    `import { App, Chart } from 'cdk8s';
import { Name } from './names';

export interface Settings {
  readonly fail: boolean;
}
const settings: Settings = { fail: process.env.FAIL === 'true' };
const app = new App();
new Chart(app, Name.CHART);
if (settings.fail) throw new Error('refused');
app.synth();
`,
  );
});
afterAll(() => removeFolder(folder));

describe('the program that cdk8s.yaml runs the app with', () => {
  const runApp = (env: Record<string, string>): ReturnType<typeof exec> =>
    exec('node', [resolve('src/cli/run-app.mjs'), 'main.ts'], { cwd: folder, env });

  test('is named there', () => {
    expect(readFileSync('cdk8s.yaml', 'utf8')).toContain('app: node src/cli/run-app.mjs src/main.ts\n');
  });

  test('compiles an app of several files and lets it synthesize', async () => {
    const { exitCode, stderr } = await runApp({ CDK8S_OUTDIR: join(folder, 'synth') });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(readFileSync(join(folder, 'synth', 'tools.k8s.yaml'), 'utf8')).toBe('');
  });

  test("fails where the app fails, and names the line of the app's own file", async () => {
    const { exitCode, stderr } = await runApp({ FAIL: 'true' });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Error: refused');
    expect(stderr).toMatch(/main\.ts:10:\d+\)/);
  });
});
