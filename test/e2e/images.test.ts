import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { silent } from '../../src/local-cluster';
import { pushImages, type ImageSpec } from '../../src/local-cluster/images';
import { chooseBuilder } from '../../src/local-cluster/images/builders';
import { startImageRegistry, type ImageRegistry } from '../support/image-registry';

jest.setTimeout(120_000);

/** With Docker or buildah, whichever the demo would build with here. */
describe('images that are pushed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'worker-pools-images-'));
  const specs = ['one', 'two'].map((name): ImageSpec => ({
    name: `test-${name}`,
    dockerfile: join(folder, name),
    context: folder,
  }));
  let registry: ImageRegistry;

  beforeAll(() => {
    process.env.WORKER_POOLS_CACHE = join(folder, 'cache');
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist', 'program'), 'a program');
    for (const { dockerfile } of specs)
      writeFileSync(dockerfile, 'FROM scratch\nCOPY dist /app/\nCMD ["/app/program"]\n');
  });
  afterEach(() => registry.close());
  afterAll(() => {
    delete process.env.WORKER_POOLS_CACHE;
    rmSync(folder, { recursive: true });
  });

  it('can be pulled from the registry by the names that are returned', async () => {
    registry = await startImageRegistry();
    const pushed = await pushImages(specs, `${registry.host}/team`, { tag: '1.2.3', progress: silent });
    expect(pushed).toEqual({
      'test-one': `${registry.host}/team/test-one:1.2.3`,
      'test-two': `${registry.host}/team/test-two:1.2.3`,
    });
    expect(registry.images).toEqual(['team/test-one:1.2.3', 'team/test-two:1.2.3']);
    const builder = await chooseBuilder();
    expect(await builder.pull(pushed['test-one']!)).toBe(true);
    expect(await builder.pull(pushed['test-one']!.replace('1.2.3', '1.2.4'))).toBe(false);
  });

  it('have a tag of their own where none is given', async () => {
    registry = await startImageRegistry();
    const pushed = await pushImages(specs.slice(0, 1), registry.host, { progress: silent });
    expect(pushed['test-one']).toMatch(/\/test-one:[0-9a-f]{12}$/);
  });

  it('are refused with what to do when nobody is logged in', async () => {
    registry = await startImageRegistry({ login: false });
    const { program } = await chooseBuilder();
    const pushing = pushImages(specs, `${registry.host}/team`, { tag: '1.2.3', progress: silent });
    await expect(pushing).rejects.toThrow(
      `${registry.host}/team/test-one:1.2.3 cannot be pushed. Log in with \`${program} login ${registry.host}\``,
    );
  });
});
