import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { extract, list } from 'tar';
import { writeDockerArchive, writeLayer } from '../../../src/local-cluster/images/docker-archive';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'archive-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function layer(content: string, name = 'layer.tar'): Promise<string> {
  writeFileSync(join(folder, 'program'), content, { mode: 0o755 });
  const path = join(folder, name);
  await writeLayer([{ from: join(folder, 'program'), to: '/usr/local/bin/program' }], path);
  return path;
}

test('an archive names its image, its layers and what runs in it', async () => {
  const archive = join(folder, 'image.tar');
  const path = await layer('one');
  await writeDockerArchive(
    { name: 'localhost/one:1', layers: [path], entrypoint: ['/usr/local/bin/program'] },
    archive,
  );

  await extract({ file: archive, cwd: folder });
  const [manifest] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as [
    { Config: string; RepoTags: string[]; Layers: string[] },
  ];
  expect(manifest.RepoTags).toEqual(['localhost/one:1']);
  const config = JSON.parse(readFileSync(join(folder, manifest.Config), 'utf8')) as {
    config: { Entrypoint: string[] };
    rootfs: { diff_ids: string[] };
  };
  expect(config.config.Entrypoint).toEqual(['/usr/local/bin/program']);
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
  expect(config.rootfs.diff_ids).toEqual([`sha256:${digest}`]);
  expect(readFileSync(join(folder, manifest.Layers[0] ?? ''))).toEqual(readFileSync(path));
});

test('a layer holds the program where it belongs, executable', async () => {
  const entries: [string, number | undefined][] = [];
  await list({ file: await layer('one'), onReadEntry: ({ path, mode }) => void entries.push([path, mode]) });
  expect(entries.at(-1)).toEqual(['usr/local/bin/program', 0o755]);
});

test('equal content gives an equal layer, other content another', async () => {
  const read = async (content: string, name: string): Promise<Buffer> => readFileSync(await layer(content, name));
  expect(await read('one', 'a.tar')).toEqual(await read('one', 'b.tar'));
  expect(await read('one', 'a.tar')).not.toEqual(await read('two', 'c.tar'));
});
