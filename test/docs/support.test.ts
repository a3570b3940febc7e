import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problemWith } from './support/commands';
import { fencesOf } from './support/fences';
import { commandsOf } from './support/shell';
import { programsOf, run, typeErrors } from './support/typescript';

describe('the reader of pages', () => {
  const page = [
    '# Page',
    '```ts continues no-test="needs a cluster" file=a.ts',
    'one',
    '',
    'two',
    '```',
    '',
    '```',
    'x',
    '```',
  ];
  const [first, second] = fencesOf('page.md', page.join('\n'));

  it('finds blocks with their language, flags, options and place', () => {
    expect(first).toEqual({
      file: 'page.md',
      line: 3,
      language: 'ts',
      flags: new Set(['continues']),
      options: { 'no-test': 'needs a cluster', file: 'a.ts' },
      code: 'one\n\ntwo\n',
    });
    expect(second?.language).toBe('');
  });

  it('refuses a block that is not closed', () => {
    expect(() => fencesOf('page.md', '```sh\nls\n')).toThrow('page.md:1: this fence is not closed');
  });
});

describe('the reader of shell', () => {
  it.each([
    ['words', 'helm lint --strict', [['helm', 'lint', '--strict']]],
    ['continued lines', 'helm lint \\\n  --strict', [['helm', 'lint', '--strict']]],
    ['quotes', `echo 'a b' --x="c d"`, [['echo', 'a b', '--x=c d']]],
    [
      'pipes and lists',
      'cat a | kubectl apply -f - && echo b',
      [
        ['cat', 'a'],
        ['kubectl', 'apply', '-f', '-'],
        ['echo', 'b'],
      ],
    ],
    ['comments', '# first\nls   # all of it', [['ls']]],
    ['variables and redirections', 'A=1 ls > b', [['ls']]],
  ])('takes %s', (_, script, expected) => expect(commandsOf(script)).toEqual(expected));

  it('refuses what it does not understand', () => expect(() => commandsOf(`echo "a`)).toThrow('do not understand'));
});

describe('the checks of commands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'worker-pools-page-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['helm lint --srtict charts/x', 'there is no flag --srtict'],
    ['helm install ops charts/no-such-chart', 'charts/no-such-chart'],
    ['kubectl get workerpolls', 'no resource is called workerpolls'],
    ['kubectl apply --serverside -f -', 'there is no flag --serverside'],
    ['kubectl apply -f elsewhere.yaml', 'says nothing of the file elsewhere.yaml'],
    ['npm run no-such-script', 'there is no script no-such-script'],
    ['npm install cdk9s', 'cdk9s is neither'],
    ['npx cdk8s synth --ouput x', 'there is no flag --ouput'],
    ['npx tsx examples/run.ts no-such-example', 'No example is called no-such-example'],
    ['worker-pools pool make x', 'worker-pools pool make x: one of create, show, list'],
    ['worker-pools pool create x --to y', 'there is no flag --to'],
    ['terraform apply', 'do not know the program terraform'],
  ])('find the mistake in: %s', async (line, problem) => {
    expect(await problemWith(commandsOf(line)[0] ?? [], folder)).toContain(problem);
  });

  it.each([
    'kubectl get workerpools,workers --namespace a -o yaml',
    'kubectl -n a scale workerpool/a --replicas=3',
    'kubectl create secret generic a --from-literal=token=x',
    'helm uninstall ops --namespace a',
    'worker-pools pool create x --out ./y',
    'npx cdk8s synth --output x',
  ])('let pass: %s', async (line) => expect(await problemWith(commandsOf(line)[0] ?? [], folder)).toBeUndefined());
});

describe('the runner of TypeScript', () => {
  const IMPORTS = "import { App, Chart } from 'cdk8s';\nimport { WorkerPool } from 'cdk8s-worker-pools';\n";
  const programs = (...codes: string[]) =>
    programsOf(fencesOf('page.md', codes.map((code) => `\`\`\`ts ${code}\n\`\`\`\n`).join('')));

  it('gives the objects that a snippet synthesizes', () => {
    const [program] = programs(
      `\n${IMPORTS}const app = new App();\nnew WorkerPool(new Chart(app, 'c'), 'p', { metadata: { name: 'x' } });\napp.synth();`,
    );
    expect(program && run(program)).toMatchObject([{ kind: 'WorkerPool', metadata: { name: 'x' } }]);
  });

  it('puts what a snippet continues before it', () => {
    const [, second] = programs('\nconst a = 1;', 'continues\nconst b: number = a;');
    expect(second?.code).toBe('const a = 1;\n\nconst b: number = a;\n');
  });

  it('finds a wrong type, and says where', () => {
    const found = typeErrors(
      programs(`\n${IMPORTS}new WorkerPool(new Chart(new App(), 'c'), 'p', { poolSize: 'two' });`),
    );
    expect(found).toEqual([expect.stringContaining("page.md:2: Type 'string' is not assignable to type 'number'")]);
  });

  it('refuses what the reader has not installed', () => {
    const [program] = programs("\nimport { z } from 'zod';\nz.string();");
    expect(() => program && run(program)).toThrow('page.md:2 imports zod');
  });
});
