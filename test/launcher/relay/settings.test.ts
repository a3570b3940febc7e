import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { FILE } from '../../../src/launcher/exchange';
import { EXIT } from '../../../src/protocol/exit-codes';
import { until } from '../../support/until';
import { BRISK, RunPod, runSpec, step, UNTIL_TOLD } from '../support/run-pod';

let pod: RunPod;
afterEach(() => pod.remove());

/** The system lines of a run of one step, with these variables of its containers and its stack. */
async function run(
  command: string,
  variables: { readonly worker?: object; readonly relay?: object; readonly stack?: Record<string, string> },
): Promise<{ readonly log: string; readonly container: string }> {
  pod = await RunPod.ready(runSpec([step('plan', command)], { environment: variables.stack ?? {} }));
  const relayed = pod.relay({ environment: { ...variables.relay } });
  const worker = pod.worker({ ...variables.worker });
  await relayed;
  return { log: pod.api.text(), container: (await worker.stdout) + (await worker.stderr) };
}

describe('what is to be masked', () => {
  const print = 'echo "value: $TOKEN"';

  test.each([
    { case: 'the worker names its own', worker: { SPACELIFT_MASK_ENVS: 'TOKEN', TOKEN: 'h4ck me' } },
    { case: 'the worker names it of the stack', worker: { SPACELIFT_MASK_ENVS: 'TOKEN' }, stack: { TOKEN: 'h4ck me' } },
    {
      case: "launcher-grpc names the worker's",
      relay: { SPACELIFT_MASK_ENVS: 'TOKEN' },
      worker: { TOKEN: 'h4ck me' },
    },
    {
      case: 'launcher-grpc names it of the stack',
      relay: { SPACELIFT_MASK_ENVS: 'TOKEN' },
      stack: { TOKEN: 'h4ck me' },
    },
    {
      case: 'both name some, one to a line',
      relay: { SPACELIFT_MASK_ENVS: 'OTHER' },
      worker: { SPACELIFT_MASK_ENVS: 'ANOTHER,\r\nTOKEN,\n', TOKEN: 'h4ck me' },
    },
  ])('is hidden in the log, and not in the clear in that of the container, when $case', async (variables) => {
    const { log, container } = await run(print, variables);
    expect(log).toContain('value: ***\n');
    expect(log).not.toContain('h4ck me');
    expect(container).not.toContain('h4ck me');
  });

  test('is hidden in each value that a name has, when the stack replaces what the pool set', async () => {
    const worker = { SPACELIFT_MASK_ENVS: 'TOKEN', TOKEN: 'of the pool' };
    const { log } = await run('echo "of the pool, $TOKEN"', { worker, stack: { TOKEN: 'of the stack' } });
    expect(log).toContain('***, ***\n');
  });

  test('and has no value is named in the log', async () => {
    const { log } = await run('echo done', { worker: { SPACELIFT_MASK_ENVS: 'MISSING, my.name constructor' } });
    expect(log).toContain(
      'SPACELIFT_MASK_ENVS names MISSING, my.name, constructor, which has no value here: nothing is hidden.\n',
    );
  });

  test('and is too short is named in one line, and ordinary words stay legible', async () => {
    const worker = { SPACELIFT_MASK_ENVS: 'ONE,LONG,TWO', ONE: 'e', LONG: 'h4ck me', TWO: 'go\n' };
    const { log } = await run('echo seventeen green trees', { worker });
    expect(log).toContain(
      'SPACELIFT_MASK_ENVS: the value of ONE, TWO, or a line of it, is too short to be hidden.\nStep plan',
    );
    expect(log).toContain('seventeen green trees\n');
  });
});

test('a switch that is neither true nor false is named in the log', async () => {
  const { log } = await run('echo done', { worker: { SPACELIFT_DEBUG: 'yes' } });
  expect(log).toContain("SPACELIFT_DEBUG: 'yes' is neither true nor false; the default applies.\nStep plan\ndone\n");
});

test('an environment of the largest size is read whole, whatever has to be escaped in it', async () => {
  const filler = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`V${index}`, '\u0001'.repeat(120_000)]));
  const stack = { ...filler, TOKEN: 'h4ck me' };
  const { log } = await run('echo "value: $TOKEN"', { worker: { SPACELIFT_MASK_ENVS: 'TOKEN' }, stack });
  expect(log).toContain('value: ***\n');
});

describe('the timeouts', () => {
  /** A relay whose time moves on by minutes, each time after it has looked at everything that is there. */
  function timedRelay(): { readonly relayed: Promise<void>; readonly pass: (minutes: number) => Promise<void> } {
    let ahead = 0;
    let looks = 0;
    const monotonic = (): number => {
      looks += 1;
      return performance.now() + ahead;
    };
    const pass = async (minutes: number): Promise<void> => {
      const enough = looks + 5;
      await until(() => looks >= enough, 'the relay looks');
      ahead += minutes * 60_000;
    };
    return { relayed: pod.relay({ clock: { ...BRISK, monotonic } }), pass };
  }

  const written = async (text: string): Promise<void> => {
    const output = join(pod.paths.exchange, FILE.output(1, 'stdout'));
    const isWritten = async () => (await readFile(output, 'utf8').catch(() => '')).endsWith(text);
    await until(isWritten, `the tool's output ends with ${text}`);
  };

  /** What the tool is answered that asks for its state. */
  const statusOfState = async (): Promise<number> => {
    const value = (name: string): string =>
      new RegExp(`^export ${name}='(.*)'$`, 'm').exec(pod.exchanged(FILE.stateBackend))?.[1] ?? '';
    const user = Buffer.from(`${value('TF_HTTP_USERNAME')}:${value('TF_HTTP_PASSWORD')}`).toString('base64');
    const { status } = await fetch(value('TF_HTTP_ADDRESS'), { headers: { authorization: `Basic ${user}` } });
    return status;
  };

  test('do not run while the worker container is not there yet: an image may be large', async () => {
    pod = await RunPod.ready(runSpec([step('plan', 'echo planned')]));
    let ahead = 0;
    const relayed = pod.relay({ clock: { ...BRISK, monotonic: () => performance.now() + ahead } });
    ahead = 91 * 60_000;
    await new Promise((resolve) => setTimeout(resolve, 500));
    pod.worker();
    await relayed;
    expect(pod.api.outcomes).toMatchObject([{ reason: 'Succeeded' }]);
  });

  test('count dots as output before they make a line', async () => {
    pod = await RunPod.ready(runSpec([step('plan', `printf .; ${UNTIL_TOLD}; printf :; exec sleep 600`)]));
    const { relayed, pass } = timedRelay();
    pod.worker({ SPACELIFT_LAUNCHER_LOGS_TIMEOUT: '60m', SPACELIFT_LAUNCHER_RUN_TIMEOUT: '100h' });
    await written('.');
    await pass(50);
    await pod.tell();
    await written(':');
    await pass(50);
    await pass(0);
    expect(pod.api.outcomes).toEqual([]);
    await pass(60);
    await relayed;
    expect(pod.api.outcomes).toMatchObject([{ reason: 'RunTimeout', message: expect.stringContaining('no output') }]);
  });

  test('count what the tool asks of the state that is kept for it, which it does in silence while nobody answers', async () => {
    const spec = runSpec([step('plan', `echo begun; ${UNTIL_TOLD}`)], { managedState: { version: 0 } });
    pod = await RunPod.ready(spec);
    const { relayed, pass } = timedRelay();
    pod.worker({ SPACELIFT_LAUNCHER_LOGS_TIMEOUT: '60m', SPACELIFT_LAUNCHER_RUN_TIMEOUT: '100h' });
    await written('begun\n');
    for (let asked = 0; asked < 3; asked += 1) {
      await pass(50);
      expect(await statusOfState()).toBe(503);
    }
    await pass(0);
    expect(pod.api.outcomes).toEqual([]);
    await pass(60);
    await relayed;
    expect(pod.api.outcomes).toMatchObject([{ reason: 'RunTimeout', message: expect.stringContaining('no output') }]);
  });

  test('are told once, on a line of their own, after half a line of the tool', async () => {
    const half = `printf "%040000d" 0; ${UNTIL_TOLD}`;
    pod = await RunPod.ready(runSpec([step('plan', half)]));
    const { relayed, pass } = timedRelay();
    pod.worker();
    await written('0');
    await pass(8);
    await relayed;
    const sentence = 'There was no output for 7m, so the stage was stopped.';
    const log = pod.api.text();
    expect(log.split(sentence)).toHaveLength(2);
    expect(log).toContain(`0\n${sentence}\n`);
    expect(pod.api.outcomes).toMatchObject([{ reason: 'RunTimeout', message: sentence }]);
  });
});

test('a worker container that cannot begin is noticed at once, and its last words stand in the log', async () => {
  pod = await RunPod.ready(runSpec([step('plan', 'true')]));
  const relayed = pod.relay();
  const worker = pod.worker({ PATH: '/nowhere' }, ['/usr/bin/dash']);
  await expect(relayed).rejects.toMatchObject({ exitCode: EXIT.workerLost });
  expect(await worker.exitCode).toBe(64);
  expect(pod.api.text('system')).toBe(
    "The runner image has no 'cat' in its PATH (/nowhere). It needs a POSIX sh with cat, env, mv and sleep.\nThe worker container ended without finishing the stage.\n",
  );
});
