import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BACKEND_FILE, placeState } from '../../../src/launcher/init/managed-state';
import type { RunSpec } from '../../../src/protocol/messages';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { runSpec, step } from '../support/run-pod';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => removeFolder(folder));

const has = (name: string): boolean => existsSync(join(folder, name));
const put = (name: string, content: string): void => writeFileSync(join(folder, name), content);
const place = (more: Partial<RunSpec> = {}) =>
  placeState(
    runSpec([step('plan', 'tofu plan')], { stage: 'preparing', managedState: { version: 3 }, ...more }),
    folder,
  );

describe('a source without a backend', () => {
  test('gets one that says nothing but its kind: address and password are for the attempt', async () => {
    put('main.tf', 'locals {}');
    expect(await place()).toEqual({
      isManaged: true,
      lines: ['The control plane keeps the state: version 3 is the newest.'],
    });
    expect(JSON.parse(readFileSync(join(folder, BACKEND_FILE), 'utf8'))).toEqual({
      terraform: { backend: { http: {} } },
    });
  });

  test('gets none when the stack wants none', async () => {
    expect(await place({ managedState: null })).toEqual({ isManaged: false, lines: [] });
    expect(has(BACKEND_FILE)).toBe(false);
  });

  test('loses a state that lies in it, which is older than the one that is kept', async () => {
    put('terraform.tfstate', '{"serial": 1}');
    expect((await place()).lines[0]).toBe(
      'The file terraform.tfstate of the source is left out: the control plane has a newer state.',
    );
    expect(has('terraform.tfstate')).toBe(false);
  });

  test('is refused with a state that lies in it and that nobody has brought over', async () => {
    put('terraform.tfstate', '{"serial": 1}');
    await expect(place({ managedState: { version: 0 } })).rejects.toThrow(
      'Bring it over with `worker-pools stack state push`',
    );
    expect(has('terraform.tfstate')).toBe(true);
  });

  test.each([
    ['', true],
    ['default', true],
    ['staging', false],
  ])('and with TF_WORKSPACE %j: is it taken? %s', async (workspace, isTaken) => {
    const placed = place({ environment: { TF_WORKSPACE: workspace } });
    if (isTaken) expect((await placed).isManaged).toBe(true);
    else await expect(placed).rejects.toThrow('The stack sets TF_WORKSPACE to "staging"');
  });
});

describe('a source with a backend of its own', () => {
  test('keeps it, and hears that there is a state that it does not use', async () => {
    put('main.tf', 'terraform {\n  backend "s3" {}\n}');
    const { isManaged, lines } = await place();
    expect([isManaged, ...lines]).toEqual([
      false,
      'The source names its backend itself (main.tf).',
      expect.stringContaining('has version 3 of its state, which is not used'),
    ]);
    expect(has(BACKEND_FILE)).toBe(false);
  });
});

describe('a plan that is applied', () => {
  test.each([true, false])(
    'has the backend that it was made with, whatever the stack wants now: %s',
    async (wasManaged) => {
      if (wasManaged) await place();
      const managedState = wasManaged ? null : { version: 3 };
      expect((await place({ stage: 'applying', managedState })).isManaged).toBe(wasManaged);
    },
  );
});
