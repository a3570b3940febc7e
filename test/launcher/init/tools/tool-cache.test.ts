import { existsSync } from 'node:fs';
import { link, mkdir, readdir, readFile, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { releaseOf } from '../../../../src/launcher/init/tools/release';
import { ToolMissing } from '../../../../src/launcher/init/tools/tool-error';
import { SigningKey } from '../../support/signing-key';
import { Cluster, TERRAFORM, TOFU } from '../../support/tool-cluster';
import { programOf } from '../../support/tool-releases';
import { zipOf } from '../../support/zip';

const DAY_MS = 86_400_000;

let key: SigningKey;
let other: SigningKey;
beforeAll(() => {
  key = SigningKey.make();
  other = SigningKey.make();
});
afterAll(() => {
  key.remove();
  other.remove();
});

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.make(key);
});
afterEach(() => cluster.remove());

describe('what the cache has', () => {
  let sha256: string;
  beforeEach(async () => {
    ({ sha256 } = cluster.releases.publish(TOFU, key));
    await cluster.bring(TOFU);
    cluster.lines.length = 0;
  });
  const SUMS = 'tofu_1.10.6.json';
  const rewritten = async (change: (kept: Record<'sums' | 'signature', string>) => unknown): Promise<void> => {
    const path = cluster.inCache('releases', SUMS);
    const kept = JSON.parse(await readFile(path, 'utf8')) as Record<'sums' | 'signature', string>;
    await writeFile(path, JSON.stringify(change(kept)));
  };
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  test('may be read and replaced by Pods of any user', async () => {
    expect((await stat(cluster.archive(sha256))).mode & 0o777).toBe(0o644);
    for (const folder of ['', 'archives', 'releases', 'set-aside']) {
      expect((await stat(cluster.inCache(folder))).mode & 0o777).toBe(0o777);
    }
  });

  const evil = zipOf({ tofu: 'evil' });
  test.each([
    ['an archive that is cut short', () => truncate(cluster.archive(sha256), 100)],
    ['an empty archive', () => truncate(cluster.archive(sha256), 0)],
    ['another archive under its name', () => writeFile(cluster.archive(sha256), evil)],
    [
      'a link in its place',
      async () => {
        await rm(cluster.archive(sha256));
        await symlink('/etc/passwd', cluster.archive(sha256));
      },
    ],
    [
      'a folder in its place',
      async () => {
        await rm(cluster.archive(sha256));
        await mkdir(cluster.archive(sha256));
      },
    ],
    ['a list that is no JSON', () => writeFile(cluster.inCache('releases', SUMS), '{"sums":')],
    [
      'a list that somebody has rewritten for an archive of theirs',
      async () => {
        await rewritten(({ signature }) => ({
          signature,
          sums: base64(`${'1'.repeat(64)}  ${releaseOf(TOFU).archive}\n`),
        }));
      },
    ],
    [
      'a list that somebody else has signed',
      async () => {
        await rewritten(({ sums }) => ({
          sums,
          signature: other.sign(Buffer.from(sums, 'base64')).toString('base64'),
        }));
      },
    ],
  ])('is set aside and fetched anew where it is %s', async (_case, spoil) => {
    await spoil();
    expect(await cluster.brought(TOFU)).toBe(programOf(TOFU));
    expect(cluster.lines[0]).toMatch(
      /^In the binaries cache, .* is not what it should be; it was set aside and is fetched anew\.$/,
    );
    expect(await readdir(cluster.inCache('set-aside'))).toHaveLength(1);
    await cluster.releases.close();
    expect(await cluster.brought(TOFU)).toBe(programOf(TOFU));
  });

  test('is not used where it is spoiled and nothing can be fetched', async () => {
    await writeFile(cluster.archive(sha256), evil);
    await cluster.releases.close();
    await expect(cluster.bring(TOFU)).rejects.toThrow(ToolMissing);
    expect(await readdir(cluster.inCache('set-aside'))).toHaveLength(1);
  });

  test('is fetched anew where somebody has removed it', async () => {
    await rm(cluster.archive(sha256));
    expect(await cluster.brought(TOFU)).toBe(programOf(TOFU));
    expect(cluster.lines).toHaveLength(1);
  });

  test('goes when nobody has used it for a month, and leftovers of killed writers after two hours', async () => {
    const ago = (ms: number): Date => new Date(Date.now() - ms);
    const age = async (ms: number): Promise<void> => {
      for (const name of [`${sha256}.zip`, `${sha256}.used`])
        await utimes(cluster.inCache('archives', name), ago(ms), ago(ms));
    };
    const leftover = cluster.inCache('archives', '.abc.zip.0123.unfinished');
    await writeFile(leftover, '');
    await age(29 * DAY_MS);
    cluster.releases.publish(TERRAFORM, key);
    await cluster.bring(TERRAFORM);
    expect([existsSync(cluster.archive(sha256)), existsSync(leftover)]).toEqual([true, true]);
    await age(31 * DAY_MS);
    await utimes(leftover, ago(DAY_MS), ago(DAY_MS));
    cluster.releases.publish({ ...TERRAFORM, version: '1.0.0' }, key);
    await cluster.bring({ ...TERRAFORM, version: '1.0.0' });
    expect([existsSync(cluster.archive(sha256)), existsSync(leftover)]).toEqual([false, false]);
  });

  test('stays as long as it is used: a use is noted once a day', async () => {
    const longAgo = new Date(Date.now() - 31 * DAY_MS);
    for (const name of [`${sha256}.zip`, `${sha256}.used`])
      await utimes(cluster.inCache('archives', name), longAgo, longAgo);
    await cluster.bring(TOFU);
    cluster.releases.publish(TERRAFORM, key);
    await cluster.bring(TERRAFORM);
    expect(existsSync(cluster.archive(sha256))).toBe(true);
  });

  test('gives way to what is used more, when all of it together is too large', async () => {
    const unused = new Date(Date.now() - DAY_MS);
    for (const name of [`${sha256}.zip`, `${sha256}.used`])
      await utimes(cluster.inCache('archives', name), unused, unused);
    const limits = { bytes: (await stat(cluster.archive(sha256))).size + 100, shareOfVolume: 1, unusedMs: 30 * DAY_MS };
    const newer = cluster.releases.publish(TERRAFORM, key);
    await cluster.bring(TERRAFORM, { limits });
    expect([existsSync(cluster.archive(sha256)), existsSync(cluster.archive(newer.sha256))]).toEqual([false, true]);
  });

  test('may be pruned and replaced while a Pod has it: the Pod has its own', async () => {
    const binaries = await cluster.bring(TOFU);
    await link(join(binaries, 'tofu'), join(cluster.root, 'tofu-before'));
    await rm(cluster.inCache(), { recursive: true });
    await cluster.bring(TOFU);
    expect(await readFile(join(binaries, 'tofu'), 'utf8')).toBe(programOf(TOFU));
    expect((await stat(join(binaries, 'tofu'))).ino).toBe((await stat(join(cluster.root, 'tofu-before'))).ino);
  });
});

test('a cache that cannot be written to costs a line, not the run', async () => {
  cluster.releases.publish(TOFU, key);
  await writeFile(cluster.inCache(), 'a file where the folder belongs');
  expect(await cluster.brought(TOFU)).toBe(programOf(TOFU));
  expect(cluster.lines[0]).toMatch(/^The binaries cache cannot be \w+ .*ENOTDIR.*; the run goes on without\.$/);
});
