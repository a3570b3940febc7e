import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { releaseOf } from '../../../../src/launcher/init/tools/release';
import { ToolMissing, ToolRefused } from '../../../../src/launcher/init/tools/tool-error';
import { SigningKey } from '../../support/signing-key';
import { Cluster, TERRAFORM, TOFU } from '../../support/tool-cluster';
import { programOf } from '../../support/tool-releases';
import { zipOf } from '../../support/zip';

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

describe('a tool', () => {
  test.each([TOFU, TERRAFORM, { ...TOFU, version: '1.11.0-rc1' }])(
    'comes from its publisher: $name $version',
    async (tool) => {
      cluster.releases.publish(tool, key);
      const binaries = await cluster.bring(tool);
      const { program, title } = releaseOf(tool);
      expect(await readdir(binaries)).toEqual([program]);
      expect(await readFile(join(binaries, program), 'utf8')).toBe(programOf(tool));
      expect((await stat(join(binaries, program))).mode & 0o777).toBe(0o755);
      expect(cluster.lines).toEqual([
        `${title} comes from ${new URL(cluster.releases.address).host}; its checksum and signature are right.`,
      ]);
    },
  );

  test('comes from the cache the next time, without a network', async () => {
    cluster.releases.publish(TOFU, key);
    await cluster.bring(TOFU);
    await cluster.releases.close();
    expect(await cluster.brought(TOFU)).toBe(programOf(TOFU));
    expect(cluster.lines.at(-1)).toBe('OpenTofu 1.10.6 comes from the binaries cache.');
  });

  test('comes through redirections, and by a mirror with a password that nobody is told', async () => {
    cluster.releases.publish(TOFU, key);
    cluster.releases.answer = ({ url = '', headers }, response) => {
      if (headers.authorization !== `Basic ${Buffer.from('ann:s3cret').toString('base64')}`)
        response.writeHead(401).end();
      else if (url.startsWith('/releases/')) response.writeHead(302, { location: `/moved${url}` }).end();
      else response.end(cluster.releases.files.get(url.replace('/moved', '')));
    };
    expect(await cluster.brought(TOFU, { address: cluster.releases.address.replace('://', '://ann:s3cret@') })).toBe(
      programOf(TOFU),
    );
    const wrong = cluster.releases.address.replace('://', '://ann:wr0ng@');
    await expect(cluster.bring({ ...TOFU, version: '1.0.0' }, { address: wrong })).rejects.toThrow(
      /^http[^@]* answers with status 401\.$/,
    );
    expect(cluster.lines.join()).not.toContain('s3cret');
  });
});

describe('is refused, and not put into the Pod,', () => {
  test.each([
    {
      case: 'an archive that was changed',
      changes: { offered: zipOf({ tofu: 'evil' }) },
      says: 'has not the checksum',
    },
    {
      case: 'a list that another has signed',
      changes: () => ({ signature: other.sign('x') }),
      says: 'is not signed by',
    },
    {
      case: 'a list whose signature is of other data',
      changes: () => ({ signature: key.sign('x') }),
      says: 'is not signed by',
    },
    { case: 'a signature that is none', changes: { signature: Buffer.from('<html>') }, says: 'is not signed by' },
    {
      case: 'an archive that is none',
      changes: { archive: Buffer.from('<html>') },
      says: 'Its archive cannot be read',
    },
    { case: 'an archive without the program', changes: { archive: zipOf({ tofoo: '' }) }, says: 'has no file tofu' },
  ])('$case', async ({ changes, says }) => {
    cluster.releases.publish(TOFU, key, typeof changes === 'function' ? changes() : changes);
    await expect(cluster.bring(TOFU)).rejects.toThrow(ToolRefused);
    await expect(cluster.bring(TOFU)).rejects.toThrow(says);
    expect(await cluster.inPods()).toEqual([]);
  });

  test.each(['ftp://example.com', 'example.com', '/mirror'])('a mirror that is no address: %s', async (address) => {
    await expect(cluster.bring(TOFU, { address })).rejects.toThrow(
      /^The variable WORKER_POOLS_OPENTOFU_RELEASES .* is no address/,
    );
  });
});

describe('cannot be had, which says why,', () => {
  test.each([
    [
      'of a version that was never released',
      /\/v1\.10\.6\/tofu_1\.10\.6_SHA256SUMS answers with status 404\.$/,
      undefined,
    ],
    ['when downloads are switched off', /downloads are switched off/, 'off'],
    [
      'when nobody answers',
      /^http:\/\/127\.0\.0\.1:1\/.* cannot be had: nothing listens there\.$/,
      'http://127.0.0.1:1',
    ],
  ])('%s', async (_case, says, address) => {
    await expect(cluster.bring(TOFU, address === undefined ? {} : { address })).rejects.toThrow(ToolMissing);
    await expect(cluster.bring(TOFU, address === undefined ? {} : { address })).rejects.toThrow(says);
    expect(await cluster.inPods()).toEqual([]);
  });

  test('when it is not published for this platform', async () => {
    cluster.releases.publish(TOFU, key, { sums: `${'0'.repeat(64)}  tofu_1.10.6_plan9_386.zip\n` });
    await expect(cluster.bring(TOFU)).rejects.toThrow(
      /^It is not published for this platform: no tofu_1\.10\.6_linux_\w+\.zip\.$/,
    );
  });

  test('but a mirror that fails for a moment is asked again', async () => {
    cluster.releases.publish(TOFU, key);
    cluster.releases.answer = (_request, response) => {
      cluster.releases.answer = undefined;
      response.writeHead(503).end();
    };
    expect(await cluster.brought(TOFU)).toBe(programOf(TOFU));
  });
});
