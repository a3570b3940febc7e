/** What a code host, and those who look for the license, read of the repository. */
import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { markdownFiles } from './support/fences';

const read = (path: string): string => readFileSync(path, 'utf8');
const forms = readdirSync('.github/ISSUE_TEMPLATE').filter((file) => file !== 'config.yml');
const { bugs, repository, version } = JSON.parse(read('package.json')) as {
  bugs: { url: string };
  repository: { url: string };
  version: string;
};
const home = repository.url.replace(/\.git$/, '');

it('the license is the text of the Apache License 2.0, unchanged', () => {
  expect(createHash('sha256').update(read('LICENSE')).digest('hex')).toBe(
    'cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30',
  );
});

it('the changelog speaks of the version in package.json', () => {
  expect(read('CHANGELOG.md')).toContain(version);
});

it('vulnerabilities and bugs are reported where the repository is', () => {
  const form = `${home}/security/advisories/new`;
  const { contact_links: contacts } = parse(read('.github/ISSUE_TEMPLATE/config.yml')) as {
    contact_links: { url: string }[];
  };
  expect(read('SECURITY.md')).toContain(`(${form})`);
  expect(contacts.map(({ url }) => url)).toEqual([form]);
  expect(bugs.url).toBe(`${home}/issues`);
});

it('pushes and pull requests run the checks of this repository', () => {
  const workflow = parse(read('.github/workflows/ci.yml')) as {
    on: Record<string, unknown>;
    jobs: Record<string, { steps: { run?: string }[] }>;
  };
  expect(Object.keys(workflow.on)).toEqual(['push', 'pull_request']);
  const commands = Object.values(workflow.jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  expect(commands).toEqual(['.ci/run']);
  expect(existsSync('.ci/run')).toBe(true);
});

it('updates are looked for in folders that have something to update', () => {
  const { updates } = parse(read('.github/dependabot.yml')) as {
    updates: { 'package-ecosystem': string; directory: string }[];
  };
  const manifests: Record<string, string> = {
    npm: 'package.json',
    pip: 'requirements.txt',
    'github-actions': '.github/workflows',
  };
  const found = updates.map(({ directory, ...update }) =>
    existsSync(join('.', directory, manifests[update['package-ecosystem']] ?? 'unknown')),
  );
  expect(found).toEqual(updates.map(() => true));
});

describe.each(forms)('the issue form %s', (file) => {
  const { name, description, body } = parse(read(join('.github/ISSUE_TEMPLATE', file))) as {
    name: string;
    description: string;
    body: { type: string; id?: string; attributes: { label?: string } }[];
  };
  const questions = body.filter(({ type }) => type !== 'markdown');

  it('says what it is for, and asks each question once', () => {
    expect([name, description].every((text) => text.length > 0)).toBe(true);
    expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
    expect(questions.every(({ attributes }) => attributes.label !== undefined)).toBe(true);
  });
});

it('a bug is told with versions, values, conditions, events and logs', () => {
  const asked = read('.github/ISSUE_TEMPLATE/bug.yml');
  for (const word of ['Versions', 'Values file', 'Conditions and events', 'Logs'])
    expect(asked).toContain(`label: ${word}`);
});

it('a pull request has boxes to check', () => {
  expect(read('.github/PULL_REQUEST_TEMPLATE.md').match(/^- \[ \] /gm)?.length).toBeGreaterThan(3);
});

/** Prettier takes them for a heading and a quotation. */
it('no page holds what a merge has left behind', () => {
  const left = markdownFiles().filter((file) => /^(<{7} |> > > > > > > |>{7} )/m.test(read(file)));
  expect(left).toEqual([]);
});
