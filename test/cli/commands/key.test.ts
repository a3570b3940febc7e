import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import { CommandLine, done, json, refused } from '../support/command-line';
import type { Program } from '../support/program';

let cli: CommandLine;
let program: Program;

beforeAll(async () => {
  cli = await CommandLine.open();
  ({ program } = cli);
});

afterAll(() => cli.close());

const idOf = async (name: string) =>
  (await cli.controlPlane.admin.keys.list()).find((key) => key.name === name)?.id ?? 'none';

describe('key', () => {
  test('create puts id and secret in a file for nobody else, as --api-key-secret-file takes it', async () => {
    const out = cli.at('exporter.json');
    const made = await program.run('key', 'create', 'exporter', '--role', 'reader', '--out', out);
    const id = await idOf('exporter');
    expect(made).toEqual(
      done(`API key exporter is ${id}, with the role reader.\n\nIts id and secret are in ${out}.\n`),
    );
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual({ id, secret: expect.stringMatching(/^wpk_/) });
    const asReader = ['--api-key-secret-file', out];
    expect((await program.run('stack', 'list', ...asReader)).exitCode).toBe(0);
    expect(await program.run('key', 'list', ...asReader)).toEqual(
      refused('unauthorized: API key exporter has the role reader; to see API keys, it takes the role admin', 3),
    );
  });

  test('create shows the secret once, and overwrites no file', async () => {
    const made = await program.run('key', 'create', 'ci', '--role', 'operator', '-o', 'json');
    const key = JSON.parse(made.stdout) as Record<string, unknown>;
    expect(key).toMatchObject({ name: 'ci', role: 'OPERATOR', secret: expect.stringMatching(/^wpk_/) });
    const listed = await program.run('key', 'list', '-o', 'yaml');
    expect(parse(listed.stdout)).toContainEqual(expect.objectContaining({ id: key.id, name: 'ci' }));
    expect(listed.stdout).not.toContain(key.secret);
    cli.write({ 'kept.json': 'precious' });
    const again = await program.run('key', 'create', 'again', '--role', 'reader', '--out', cli.at('kept.json'));
    expect(again).toEqual(refused('kept.json already exists: choose another --out'));
    expect(readFileSync(cli.at('kept.json'), 'utf8')).toBe('precious');
    expect(await idOf('again')).toBe('none');
  });

  test('create leaves no key behind whose secret could not be written', async () => {
    const out = cli.at('nowhere', 'key.json');
    const failed = await program.run('key', 'create', 'lost', '--role', 'reader', '--out', out);
    expect(failed).toEqual(refused('cannot be written, and the key was deleted again'));
    expect(existsSync(out)).toBe(false);
    expect(await idOf('lost')).toBe('none');
  });

  test('update and delete take names, and say what there is not', async () => {
    await cli.controlPlane.admin.keys.create({ name: 'old', role: 'reader' });
    const updated = await program.run('key', 'update', 'old', '--role', 'admin', '--name', 'new');
    expect(updated).toEqual(done('API key new has the role admin.\n'));
    expect(await program.run('key', 'update', 'new')).toEqual(refused('nothing to change: give --role, --name, or', 2));
    const names = await program.run('key', 'list', '--output', 'name');
    expect(names.stdout.split('\n')).toContain(await idOf('new'));
    expect(await program.run('key', 'delete', 'new')).toEqual(done('API key new is deleted.\n'));
    expect(await program.run('key', 'delete', 'new')).toEqual(refused('API key new not found', 4));
    expect(await program.run('key', 'delete', 'admin')).toEqual(refused('admin is the start key'));
    expect(json(await program.run('key', 'list', '-o', 'json')).map(({ name }) => name)).toContain('admin');
  });
});
