import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../src/local-cluster/exec';
import { builtPackage, filesBelow, packLanguages } from './support/built-package';

/** The part of jsii's description that names what other languages get. */
interface Assembly {
  readonly types: Readonly<Record<string, { readonly kind: string; readonly name: string }>>;
}

const { folder } = builtPackage();
const { types } = JSON.parse(readFileSync(join(folder, '.jsii'), 'utf8')) as Assembly;
const names = Object.values(types).map(({ name }) => name);

let java: string;
let go: string;

jest.setTimeout(180_000);

// The cdk8s modules of Java and Go are not to be had from every package mirror, so their code is generated, not compiled.
beforeAll(async () => {
  const generated = await packLanguages(['java', 'go'], ['--code-only']);
  java = join(generated, 'java/src/main/java/io/github/cdk8s_worker_pools');
  go = join(generated, 'go/cdk8sworkerpools');
});

const sourceOf = (path: string): string => readFileSync(path, 'utf8');

describe('the description for other languages', () => {
  it('has the constructs, and none of the types that belong to TypeScript', () => {
    expect(names).toEqual(
      expect.arrayContaining(['WorkerPool', 'WorkerPoolProps', 'WorkerPoolOperator', 'RunPodProps']),
    );
    expect(names).not.toContain('WorkerPoolSpec');
  });

  it('has examples that compile', async () => {
    const rosetta = join(folder, 'node_modules', '.bin', 'jsii-rosetta');
    await run(rosetta, ['extract', '--compile', '--fail', '--directory', '.', '.'], { cwd: folder });
  });

  it('shows no member that is our own business', () => {
    expect(readFileSync(join(folder, '.jsii'), 'utf8')).not.toMatch(/"name": "_/);
  });
});

it.each([
  ['Java', () => join(java, '../../../../../..')],
  ['Go', () => go],
])('the license lies beside the %s code', (_language, place) => {
  expect(sourceOf(join(place(), 'LICENSE'))).toBe(sourceOf('LICENSE'));
});

describe('the Java code', () => {
  it('has a class for every type', () => {
    expect(filesBelow(java)).toEqual(expect.arrayContaining(names.map((name) => `${name}.java`)));
  });

  it.each([
    [
      'WorkerPool',
      'public class WorkerPool extends org.cdk8s.plus28.Resource implements io.github.cdk8s_worker_pools.IWorkerPool',
    ],
    ['WorkerPool', 'public static final class Builder'],
    ['WorkerPoolOptions', 'default @org.jetbrains.annotations.Nullable java.lang.Number getPoolSize()'],
    ['IWorkerPoolExtension', 'void extend(final @org.jetbrains.annotations.NotNull'],
    ['CommsProtocol', 'POLL'],
  ])('%s has "%s"', (name, text) => {
    expect(sourceOf(join(java, `${name}.java`))).toContain(text);
  });
});

describe('the Go code', () => {
  it('has a file for every type', () => {
    expect(filesBelow(go)).toEqual(expect.arrayContaining(names.map((name) => `${name}.go`)));
  });

  it.each([
    ['WorkerPool', 'func NewWorkerPool(scope constructs.Construct, id *string, props *WorkerPoolProps) WorkerPool {'],
    ['WorkerPoolProps', 'PoolSize *float64'],
    ['IWorkerPoolExtension', 'Extend(pool WorkerPool)'],
    ['CommsProtocol', 'CommsProtocol_POLL CommsProtocol = "POLL"'],
    ['WorkspaceVolume', 'func WorkspaceVolume_Ephemeral(options *EphemeralWorkspaceOptions) WorkspaceVolume {'],
  ])('%s has "%s"', (name, text) => {
    expect(sourceOf(join(go, `${name}.go`))).toContain(text);
  });
});
