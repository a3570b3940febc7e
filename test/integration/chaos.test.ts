import { execFile } from 'node:child_process';
import { expect, test } from '@jest/globals';
import type { Outcome } from '../chaos/run';

/* The whole takes an hour: `npm run chaos`. One fault of it shows that the frame and the lab of a cluster still work. */

/** What `npm run chaos` measures. One that hangs is ended, and all that it started with it. */
function chaos(...args: readonly string[]): Promise<Outcome[]> {
  const command = ['--import', 'tsx', 'src/cli/dev/chaos.ts', ...args, '-o', 'json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, { timeout: 240_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${stderr}\n${stdout}\n${error.message}`));
      else resolve(JSON.parse(stdout) as Outcome[]);
    });
  });
}

test('chaos ends a controller in the midst of runs, and no run is lost, doubled or killed', async () => {
  const verdict = { asked: 12, finished: 12, lost: 0, doubled: 0, killed: 0, recoveredInMs: expect.any(Number) };
  expect(await chaos('controller/terminated')).toMatchObject([{ kind: 'controller/terminated', broken: [], verdict }]);
}, 300_000);
