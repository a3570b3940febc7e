import { expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { CHART_ORIGIN, REPOSITORY } from '../../../src/constructs/shared/repository';
import { VERSION } from '../../../src/constructs/shared/version';

const { version, repository, author } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  version: string;
  repository: { url: string };
  author: { name: string };
};

it('the default image tags carry the version of the package', () => {
  expect(VERSION).toBe(version);
});

it('charts and runbooks name the repository and the authors of the package', () => {
  expect(`${REPOSITORY}.git`).toBe(repository.url);
  expect(CHART_ORIGIN.maintainers.map(({ name }) => name)).toEqual([author.name]);
});

it('the icon of the charts is a file of the repository', () => {
  const [, path = ''] = CHART_ORIGIN.icon.split('/raw/main/');
  expect(existsSync(path)).toBe(true);
});
