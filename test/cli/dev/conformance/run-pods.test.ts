import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runPods } from '../../../../src/cli/dev/conformance/run-pods';
import { removeFolder, temporaryFolder } from '../../../support/folder';

let scratch: string;
beforeAll(() => {
  scratch = temporaryFolder();
});
afterAll(() => removeFolder(scratch));

test("each WorkerPool among the manifests gives the Pod of one of its runs, with the pool's own template", async () => {
  const file = join(scratch, 'manifests.yaml');
  const pool = (name: string, group = 'workers.spacelift.io'): string =>
    JSON.stringify({
      apiVersion: `${group}/v1beta1`,
      kind: 'WorkerPool',
      metadata: { name, namespace: 'team' },
      spec: { pod: { nodeSelector: { of: name } } },
    });
  const manifests = [pool('a'), '{"apiVersion":"v1","kind":"Secret"}', '', pool('b'), pool('other', 'example.org')];
  writeFileSync(file, manifests.join('\n---\n'));

  const pods = await runPods([{ name: 'manifests', file }], scratch);

  expect(pods.map(({ name }) => name)).toEqual([
    'a run of the pool a in manifests',
    'a run of the pool b in manifests',
  ]);
  const [first] = pods.map((pod) => JSON.parse(readFileSync(pod.file, 'utf8')) as object);
  expect(first).toMatchObject({ kind: 'Pod', metadata: { namespace: 'team' }, spec: { nodeSelector: { of: 'a' } } });
});
