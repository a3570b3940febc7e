import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { imageOf, type ImageSpec } from '../../../src/local-cluster/images/build';

describe("an image's tag", () => {
  let folder: string;
  let spec: ImageSpec;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'image-'));
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'Dockerfile'), 'FROM debian:bookworm-slim\nCOPY dist /app/\n');
    writeFileSync(join(folder, 'dist', 'a.mjs'), 'one');
    spec = { name: 'controller', dockerfile: join(folder, 'Dockerfile'), context: folder };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('stays while nothing changes', () => {
    expect(imageOf(spec)).toEqual(imageOf(spec));
    expect(imageOf(spec).name).toMatch(/^localhost\/worker-pools-controller:[0-9a-f]{12}$/);
  });

  test.each([
    ['a copied file changes', () => writeFileSync(join(folder, 'dist', 'a.mjs'), 'two'), true],
    ['a file comes', () => writeFileSync(join(folder, 'dist', 'b.mjs'), ''), true],
    ['the Dockerfile changes', () => writeFileSync(spec.dockerfile, 'FROM scratch\nCOPY dist /app/\n'), true],
    ['a file changes that is not copied', () => writeFileSync(join(folder, 'README'), 'two'), false],
  ])('when %s: %#', (_case, change, changes) => {
    const before = imageOf(spec).name;
    change();
    expect(imageOf(spec).name !== before).toBe(changes);
  });

  test('cannot be given when a copied file is missing', () => {
    rmSync(join(folder, 'dist'), { recursive: true });
    expect(() => imageOf(spec)).toThrow(/copies dist, which is not in .*npm run build/);
  });
});
