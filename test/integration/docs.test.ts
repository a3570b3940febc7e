import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { allFences, placeOf } from '../docs/support/fences';
import { PageFolder } from '../docs/support/page-folder';
import { commandsOf, type Command } from '../docs/support/shell';
import { apiServer } from '../support/api-server';
import { HelmCluster } from '../support/helm-cluster';
import { haveNamespaces, installAllDefinitions, takesStrictly } from '../support/strict-apply';
import type { KubeObject } from '../support/kube';

const cluster = new HelmCluster(apiServer());
const tested = allFences().filter(({ options }) => options['no-test'] === undefined);
const manifests = tested.filter(
  ({ language, code }) => language === 'yaml' && /^apiVersion:/m.test(code) && /^kind:/m.test(code),
);

/** Kinds whose CRDs no Go module that can be had carries; their values are rendered in test/docs. */
const UNKNOWN = ['HelmRelease'];

const knownDocuments = (code: string): string =>
  code
    .split(/^---$/m)
    .filter((document) => !UNKNOWN.includes(/^kind: (.*)$/m.exec(document)?.[1] ?? ''))
    .join('---\n');

beforeAll(installAllDefinitions, 180_000);
afterAll(() => cluster.remove());

describe('the API server takes what the docs show, with strict validation', () => {
  it.each(manifests.map((fence) => [placeOf(fence), fence] as const))('%s', async (_, { code }) => {
    const objects = parseAllDocuments(code).map((document) => document.toJS() as KubeObject);
    await haveNamespaces(...objects.flatMap(({ metadata }) => metadata.namespace ?? []));
    await takesStrictly(cluster, knownDocuments(code));
  });

  it('has something to take', () => expect(manifests.length).toBeGreaterThan(0));
});

/** Verbs that would change something, and can be rehearsed. */
const CHANGES = ['annotate', 'apply', 'create', 'delete', 'label', 'patch', 'scale'];
/** What is asked for is not there, because nothing of the page was done; that the kind and the question are right shows. */
const NOTHING_THERE = /\bnot ?found\b|no matching resources|no objects passed/i;
/** Answers of `kubectl auth can-i`. */
const ANSWER = /^(yes|no)\b/m;

/** Our plugin is no part of kubectl: test/integration/doctor.test.ts has it under the real one, and test/docs looks at its words. */
const OF_PLUGINS = ['worker-pools', 'plugin'];

const kubectlCommands = tested
  .filter(({ language }) => language === 'sh')
  .flatMap((fence) => commandsOf(fence.code).map((command) => ({ fence, command })))
  .filter(({ command: [program, verb = ''] }) => program === 'kubectl' && !OF_PLUGINS.includes(verb));

describe('kubectl takes the commands in the docs', () => {
  it.each(kubectlCommands.map(({ fence, command }) => [placeOf(fence), command.join(' '), fence, command] as const))(
    '%s %s',
    async (_, __, fence, command) => {
      const folder = new PageFolder(tested.filter(({ file }) => file === fence.file));
      const args = rehearsed(command, folder.path);
      const { ok, text } = args === undefined ? { ok: true, text: '' } : await cluster.kubectl(...args);
      folder.remove();
      if (!ok) expect(text).toMatch(command.includes('can-i') ? ANSWER : NOTHING_THERE);
    },
  );
});

/** The arguments, with every change as a dry run; undefined where a file is meant that only the reader has. */
function rehearsed([, ...words]: Command, folder: string): string[] | undefined {
  const isFile = (at: number): boolean => ['-f', '--filename', '-k', '--kustomize'].includes(words[at - 1] ?? '');
  const args = words.map((word, at) => (isFile(at) ? join(folder, word) : word));
  const files = [...args.filter((_, at) => isFile(at)), ...args.filter((word) => word.startsWith('--from-file='))];
  if (!files.every((path) => existsSync(path))) return undefined;
  const changes = CHANGES.some((verb) => args.includes(verb)) && !args.includes('can-i') && !args.includes('token');
  return [...args, ...(changes ? ['--dry-run=client'] : [])];
}
