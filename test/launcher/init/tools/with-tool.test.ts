import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { LauncherClient } from '../../../../src/launcher/client';
import { withTool } from '../../../../src/launcher/init/tools/with-tool';
import { TOOL_VARIABLE } from '../../../../src/protocol/environment';
import { EXIT } from '../../../../src/protocol/exit-codes';
import type { RunSpec, ToolVersion } from '../../../../src/protocol/messages';
import { systemClock } from '../../../../src/time';
import { RunPod, runSpec, SHELLS, step } from '../../support/run-pod';
import { SigningKey } from '../../support/signing-key';
import { keysOf, programOf, ToolReleases } from '../../support/tool-releases';

const TOFU: ToolVersion = { name: 'OPENTOFU', version: '1.10.6' };
const RUN = runSpec([step('plan', 'tofu version -json && echo planned')], { stage: 'preparing', tool: TOFU });

let key: SigningKey;
beforeAll(() => void (key = SigningKey.make()));
afterAll(() => key.remove());

let releases: ToolReleases;
let pod: RunPod;
beforeEach(async () => {
  releases = await ToolReleases.open();
  pod = await RunPod.create(RUN);
  await pod.source({ 'main.tf': '# empty' });
  await mkdir(pod.paths.binariesCache);
});
afterEach(async () => {
  await pod.remove();
  await releases.close();
});

const init = (address = releases.address): Promise<void> =>
  pod.init({}, { [TOOL_VARIABLE.OPENTOFU]: address }, { toolKeys: keysOf(key) });

/** A folder in the PATH of the runner image. */
async function imageWith(program: string | undefined): Promise<string> {
  const bin = join(pod.root, 'image');
  await mkdir(bin);
  if (program !== undefined) await writeFile(join(bin, 'tofu'), program, { mode: 0o755 });
  return bin;
}

/** Carries out what `init` has laid down. @returns what the control plane has heard */
async function carryOut(bin: string, shell?: readonly string[]) {
  const relayed = pod.relay();
  const worker = pod.worker({ PATH: `${bin}:/usr/bin:/bin` }, shell);
  await Promise.all([relayed, worker.exitCode]);
  const { outcomes, logs } = pod.api;
  return { outcome: outcomes[0], log: [...logs.init, ...logs.relay].map(({ text }) => text).join('') };
}

describe('a stack that names a version of its tool', () => {
  test('gets it, before what the runner image has', async () => {
    releases.publish(TOFU, key);
    await init();
    const { outcome, log } = await carryOut(await imageWith(programOf({ ...TOFU, version: '1.9.0' })));
    expect(outcome).toMatchObject({ reason: 'Succeeded' });
    expect(log).toContain('OpenTofu 1.10.6 comes from 127.0.0.1');
    expect(log).toContain('"terraform_version": "1.10.6"');
    expect(log).not.toContain('1.9.0');
  });

  test.each(SHELLS)(
    'takes what the runner image has, where that is of the version and nothing can be had, in %s',
    async (...shell) => {
      await init('off');
      const { outcome, log } = await carryOut(await imageWith(programOf(TOFU)), shell);
      expect(outcome).toMatchObject({ reason: 'Succeeded' });
      for (const line of [
        'OpenTofu 1.10.6 cannot be brought. It is not in the binaries cache, and downloads are switched off. The run goes on if the runner image has it.\n',
        'The runner image has OpenTofu 1.10.6.\n',
        'planned\n',
      ]) {
        expect(log).toContain(line);
      }
    },
  );

  test.each([
    {
      case: 'another version',
      program: programOf({ ...TOFU, version: '1.10.60' }),
      says: 'The runner image has another version than 1.10.6:',
    },
    {
      case: 'one that does not start',
      program: '#!/nowhere\n',
      says: 'The runner image has another version than 1.10.6:',
    },
    { case: 'none', program: undefined, says: 'The runner image has no tofu.' },
  ])('ends before its first step where the runner image has $case', async ({ program, says }) => {
    await init('off');
    const { outcome, log } = await carryOut(await imageWith(program));
    expect(outcome).toMatchObject({
      reason: 'ConfigError',
      message:
        'The stack asks for OpenTofu 1.10.6, which could not be had, and the runner image has no tofu of that version. ' +
        'It is not in the binaries cache, and downloads are switched off. ' +
        'Let the init container reach the releases or a mirror, give the pool or the stack a runner image that has it, or ask for another version.',
    });
    expect(log).toContain(says);
    expect(log).not.toContain('planned');
  });

  test('ends in init where what is offered is not what its publisher signed', async () => {
    releases.publish(TOFU, key, { offered: Buffer.from('evil') });
    await expect(init()).rejects.toMatchObject({ exitCode: EXIT.source });
    expect(pod.api.outcomes).toMatchObject([
      {
        reason: 'ConfigError',
        message: expect.stringMatching(
          /^OpenTofu 1\.10\.6 was refused\. tofu_1\.10\.6_linux_\w+\.zip from 127\.0\.0\.1:\d+ has not the checksum/,
        ),
      },
    ]);
  });
});

test('an init that waits for a tool tells the control plane that it lives, and waits no longer when the run is to stop', async () => {
  releases.answer = () => undefined;
  const beats: number[] = [];
  const heartbeat: LauncherClient['heartbeat'] = () => {
    beats.push(beats.length);
    return Promise.resolve({ stop: { reason: 'by Ann' } });
  };
  const lines: string[] = [];
  const run: RunSpec = await withTool(RUN, {
    client: { heartbeat } as LauncherClient,
    environment: { [TOOL_VARIABLE.OPENTOFU]: releases.address },
    binaries: pod.paths.binaries,
    cache: pod.paths.binariesCache,
    clock: { ...systemClock, setTimer: (delayMs, callback) => systemClock.setTimer(delayMs / 100, callback) },
    logger: pod.logger,
    signal: new AbortController().signal,
    say: (line) => void lines.push(line),
    keys: keysOf(key),
  });
  expect(beats).toHaveLength(1);
  expect(lines).toEqual([
    'OpenTofu 1.10.6 cannot be brought. The run is to stop. The run goes on if the runner image has it.',
  ]);
  expect(run.steps.map(({ name }) => name)).toEqual(['tool', 'plan']);
});
