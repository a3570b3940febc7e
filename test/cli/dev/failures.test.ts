import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { failuresOf } from '../../../src/cli/dev/failures';
import type { JestReport } from '../../../src/cli/dev/features';
import { removeFolder, temporaryFolder } from '../../support/folder';

let folder: string;

beforeAll(() => {
  folder = temporaryFolder();
});

afterAll(() => removeFolder(folder));

/** What Jest itself reports of such files. */
async function reportOf(files: Record<string, string>): Promise<JestReport> {
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...files }))
    writeFileSync(join(folder, name), text);
  const jest = join(process.cwd(), 'node_modules/jest/bin/jest.js');
  const args = [jest, '--rootDir', folder, '--json', '--outputFile=report.json', '--color'];
  const environment = { PATH: process.env.PATH, HOME: folder };
  await new Promise((resolve) => execFile(process.execPath, args, { cwd: folder, env: environment }, resolve));
  return JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as JestReport;
}

test('what failed is told with its file, its name and the beginning of its message, without colours', async () => {
  const report = await reportOf({
    'a.test.js': `
      test('it goes', () => expect(1).toBe(1));
      describe('a run', () => test('it ends', () => expect('late').toBe('soon')));
    `,
    'b.test.js': `require('./absent');`,
    'c.test.js': `test('it fits', () => { throw new Error(Array.from({ length: 40 }, (_, line) => 'line ' + line).join('\\n')); });`,
  });
  const told = failuresOf(report, folder).sort();
  expect(told).toHaveLength(3);
  expect(told[0]).toMatch(/^FAILED a\.test\.js: a run it ends\n {4}Error: expect\(received\)\.toBe\(expected\)/);
  expect(told[0]).toContain('Expected: "soon"');
  expect(told[1]).toMatch(/^FAILED b\.test\.js\n/);
  expect(told[1]).toContain("Cannot find module './absent'");
  expect(told[2]!.split('\n')).toHaveLength(13);
  expect(told.join('')).not.toContain('\u001B');
});
