import { afterAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CONTROL_PLANE_RULES, CONTROL_PLANE_SETTINGS } from '../../src/cli/settings/control-plane';
import { readSettings } from '../../src/cli/settings/read';
import { findHelm } from '../../src/local-cluster/tools';
import { execute, problemWith } from './support/commands';
import { allFences, placeOf, sentenceAfter, squeezed, type Fence } from './support/fences';
import { PageFolder } from './support/page-folder';
import { commandsOf } from './support/shell';
import { programsOf, run, typeErrors, type Program } from './support/typescript';

const CHART = 'charts/spacelift-workerpool-controller';

const all = allFences();
const tested = all.filter(({ options }) => options['no-test'] === undefined);
const folders = new Map<string, PageFolder>();
afterAll(() => folders.forEach((folder) => folder.remove()));

function folderOf({ file }: Fence): string {
  const folder = folders.get(file) ?? new PageFolder(all.filter((fence) => fence.file === file));
  folders.set(file, folder);
  return folder.path;
}

/** A test for each, named by its place and `what`; unlike `it.each` it bears that there is none. */
function each<T extends { fence: Fence }>(items: readonly T[], what: string, test: (item: T) => unknown): void {
  for (const item of items) it(`${placeOf(item.fence)} ${what}`, () => test(item) as Promise<void>, 60_000);
}

const fences = (matches: (fence: Fence) => boolean): { fence: Fence }[] =>
  tested.filter(matches).map((fence) => ({ fence }));

describe('snippets that no test runs', () => {
  it('are few, and each says why', () => {
    const untested = all.filter((fence) => !tested.includes(fence));
    expect(untested.map(({ file, options }) => `${file}: ${options['no-test']}`)).toEqual([]);
  });

  it('are in languages that the tests know, or are pictures and outputs', () => {
    const known = new Set(['', 'text', 'ts', 'js', 'sh', 'yaml', 'json', 'python', 'ini', 'dockerfile']);
    expect(tested.filter(({ language }) => !known.has(language)).map(placeOf)).toEqual([]);
  });
});

const programs = programsOf(tested);

describe('TypeScript in the docs', () => {
  it('has no type errors', () => expect(typeErrors(programs)).toEqual([]), 180_000);

  each(
    programs.filter(({ fence }) => !fence.flags.has('fails')),
    'synthesizes',
    (program) => {
      const objects = run(program);
      if (program.code.includes('app.synth()')) expect(objects.length).toBeGreaterThan(0);
    },
  );

  each(
    programs.filter(({ fence }) => fence.flags.has('fails')),
    'fails as the page says',
    (program) => expect(squeezed(errorOf(program))).toContain(sentenceAfter(program.fence, all)),
  );

  each(
    fences(({ language, flags }) => language === 'yaml' && flags.has('output')),
    'is what the snippet before it gives',
    ({ fence }) => {
      const before = programs.findLast(
        (program) => program.fence.file === fence.file && program.fence.line < fence.line,
      );
      const objects = before === undefined ? [] : run(before);
      for (const document of parseAllDocuments(fence.code)) expect(objects).toContainEqual(document.toJS());
    },
  );
});

describe('values of the Helm charts in the docs', () => {
  const template = async (fence: Fence, values = fence.code) => {
    const file = join(folderOf(fence), `values-${fence.line}.yaml`);
    writeFileSync(file, values);
    return execute(
      await findHelm(),
      ['template', 'release', fence.options.chart ?? CHART, '--values', file],
      process.cwd(),
    );
  };
  const values = (fails: boolean) =>
    fences(({ language, flags }) => language === 'yaml' && flags.has('values') && flags.has('fails') === fails);

  each(values(false), 'render', async ({ fence }) => {
    const { ok, text } = await template(fence);
    expect(ok ? '' : text).toBe('');
  });

  each(
    fences(({ language, code }) => language === 'yaml' && releaseValues(code) !== undefined),
    'renders with the values that it hands to a GitOps tool',
    async ({ fence }) => {
      const { ok, text } = await template(fence, releaseValues(fence.code));
      expect(ok ? '' : text).toBe('');
      expect(text).toContain('kind: WorkerPool\n');
    },
  );

  each(values(true), 'are refused with the sentence that the page tells', async ({ fence }) => {
    const { ok, text } = await template(fence);
    expect(ok).toBe(false);
    expect(squeezed(text)).toContain(sentenceAfter(fence, all));
  });
});

describe('commands in the docs', () => {
  each(
    fences(({ language }) => language === 'sh'),
    'would run',
    async ({ fence }) => {
      const commands = commandsOf(fence.code);
      const problems = await Promise.all(commands.map((command) => problemWith(command, folderOf(fence))));
      expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
    },
  );
});

describe('data in the docs', () => {
  each(
    fences(({ flags }) => flags.has('settings')),
    'is what the control plane takes',
    ({ fence }) => {
      const file = join(folderOf(fence), 'settings.yaml');
      writeFileSync(file, fence.code);
      readSettings(CONTROL_PLANE_SETTINGS, { flags: new Map(), variables: {}, file }, CONTROL_PLANE_RULES);
    },
  );

  each(
    fences(({ language }) => language === 'json'),
    'is JSON',
    ({ fence }) => expect(() => JSON.parse(fence.code) as unknown).not.toThrow(),
  );

  // The API server judges the manifests among it: test/integration/docs.test.ts.
  each(
    fences(({ language }) => language === 'yaml'),
    'is YAML that says what it is',
    ({ fence }) => {
      expect(parseAllDocuments(fence.code).flatMap((document) => document.errors)).toEqual([]);
      const isManifest = /^apiVersion:/m.test(fence.code);
      const saysWhatItIs = ['values', 'settings'].some((flag) => fence.flags.has(flag));
      expect(isManifest || saysWhatItIs || fence.options.file !== undefined).toBe(true);
    },
  );
});

interface Release {
  readonly kind?: string;
  readonly spec?: {
    readonly values?: object;
    readonly source?: { readonly helm?: { readonly valuesObject?: object } };
  };
}

/** The values in an Application of Argo CD, or in a HelmRelease of Flux. */
function releaseValues(code: string): string | undefined {
  const [spec] = parseAllDocuments(code)
    .map((document) => document.toJS() as Release | null)
    .flatMap((object) => (['Application', 'HelmRelease'].includes(object?.kind ?? '') ? [object?.spec] : []));
  const values = spec?.values ?? spec?.source?.helm?.valuesObject;
  return values && JSON.stringify(values);
}

function errorOf(program: Program): string {
  try {
    run(program);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`${placeOf(program.fence)} does not fail`);
}
