import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { IMAGES } from '../../../src/cli/demo/settings';
import { VERSIONS } from '../../../src/local-cluster/binaries';
import { qualified } from '../../../src/local-cluster/images/builders';
import { readDockerfile } from '../../../src/local-cluster/images/dockerfile';

describe('what a Dockerfile needs', () => {
  test.each([
    ['its base', 'FROM node:24-bookworm-slim', ['node:24-bookworm-slim'], []],
    ['no base from scratch', 'FROM scratch', [], []],
    ['no stage of its own', 'FROM a AS one\nFROM one\nCOPY --from=one /x /x', ['a'], []],
    ['an image that it copies from', 'FROM a\nCOPY --from=b/c:1 /x /x', ['a', 'b/c:1'], []],
    ['what it copies', 'FROM a\nCOPY --chmod=0755 dist/x dist/y /app/', ['a'], ['dist/x', 'dist/y']],
    ['nothing of a comment', '# FROM b\nFROM a', ['a'], []],
    ['what a continued line says', 'FROM a\nCOPY one \\\n  two /app/', ['a'], ['one', 'two']],
  ])('is %s', (_case, text, bases, inputs) => {
    expect(readDockerfile(text)).toEqual({ bases, inputs });
  });
});

describe.each(IMAGES)('the image $name', ({ dockerfile }) => {
  const { inputs } = readDockerfile(readFileSync(dockerfile, 'utf8'));
  const letThrough = readFileSync('.dockerignore', 'utf8').match(/(?<=^!)[^/\n]+/gm);

  test('holds the license', () => expect(inputs).toContain('LICENSE'));

  test('copies only what .dockerignore lets through', () => {
    expect(letThrough).toEqual(expect.arrayContaining(inputs.map((path) => path.split('/')[0])));
  });
});

describe('the images of this package', () => {
  const basesOf = (image: string) => readDockerfile(readFileSync(`images/${image}/Dockerfile`, 'utf8')).bases;

  test.each(['controller', 'launcher', 'control-plane'])(
    '%s has the Node.js that everything is tested with',
    (image) => {
      const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
        devDependencies: { node: string };
      };
      expect(basesOf(image)[0]).toBe(`node:${/\d+/.exec(devDependencies.node)?.[0]}-bookworm-slim`);
    },
  );

  test('launcher has the OPA of the catalogue', () => {
    expect(basesOf('launcher')).toContain(`docker.io/openpolicyagent/opa:${VERSIONS.opa}-static`);
  });

  test('runner has the OpenTofu of the catalogue', () => {
    expect(basesOf('runner')).toContain(`ghcr.io/opentofu/opentofu:${VERSIONS.tofu}-minimal`);
  });
});

test.each([
  ['debian:bookworm-slim', 'docker.io/library/debian:bookworm-slim'],
  ['team/app:1', 'docker.io/team/app:1'],
  ['registry.example.com/app', 'registry.example.com/app'],
  ['localhost/app:1', 'localhost/app:1'],
])('%s is %s in full', (short, full) => {
  expect(qualified(short)).toBe(full);
});
