import { describe, expect, test } from '@jest/globals';
import { gitRequestOf, targetOf } from '../../src/protocol/git-requests';
import { parsePrivateUrl } from '../../src/protocol/private-url';

const REFS = '/info/refs?service=git-upload-pack';

describe('what git sends to read a repository is let through', () => {
  test.each([
    ['GET', `/team/app.git${REFS}`, 'team/app.git'],
    ['POST', '/team/app.git/git-upload-pack', 'team/app.git'],
    ['GET', `/org/My%20Project/_git/app${REFS}`, 'org/My%20Project/_git/app'],
    ['GET', `/~user/a+b,c.git${REFS}`, '~user/a+b,c.git'],
    ['GET', `/info/refs/info/refs?service=git-upload-pack`, 'info/refs'],
  ])('%s %s', (method, target, repository) => {
    const git = gitRequestOf(method, target);
    expect(git?.repository).toBe(repository);
    expect(targetOf(git!)).toBe(target);
  });
});

describe('nothing else is', () => {
  test.each([
    ['GET', '/team/app.git/info/refs?service=git-receive-pack'],
    ['POST', '/team/app.git/git-receive-pack'],
    ['POST', `/team/app.git${REFS}`],
    ['GET', '/team/app.git/git-upload-pack'],
    ['HEAD', `/team/app.git${REFS}`],
    ['GET', '/team/app.git/info/refs'],
    ['GET', `/team/app.git${REFS}&more=1`],
    ['GET', `/team/app.git${REFS}#fragment`],
    ['POST', '/team/app.git/git-upload-pack?x=1'],
    ['GET', '/team/app.git/HEAD'],
    ['GET', '/team/app.git/objects/info/packs'],
    ['GET', '/api/v4/projects'],
    ['GET', REFS],
    ['GET', `/${REFS}`],
    ['GET', `/..${REFS}`],
    ['GET', `/team/../../admin${REFS}`],
    ['GET', `/team/%2e%2e/admin${REFS}`],
    ['GET', `/team/.%2E${REFS}`],
    ['GET', `/team%2fapp${REFS}`],
    ['GET', `/team%252fapp${REFS}`],
    ['GET', `/team\\app${REFS}`],
    ['GET', `/team%5capp${REFS}`],
    ['GET', `/team//app${REFS}`],
    ['GET', `/team/app%00${REFS}`],
    ['GET', `/team/app%0d%0aX: y${REFS}`],
    ['GET', `/team/app%ff${REFS}`],
    ['GET', `/team/a b${REFS}`],
    ['GET', `/team/app;x\u00e4${REFS}`],
    ['GET', `http://169.254.169.254/team/app${REFS}`],
    ['GET', `//169.254.169.254/team${REFS}`],
    ['GET', `/${'a'.repeat(2_000)}${REFS}`],
  ])('%s %s', (method, target) => {
    expect(gitRequestOf(method, target)).toBeUndefined();
  });
});

test.each([
  ['private://gitlab-pool/team/app.git', { pool: 'gitlab-pool', path: 'team/app.git' }],
  ['private://bitbucket_pool/scm/p/app.git/', { pool: 'bitbucket_pool', path: 'scm/p/app.git' }],
  ['PRIVATE://a/b', { pool: 'a', path: 'b' }],
  ['private://a', undefined],
  ['private://a/', undefined],
  ['private:///b', undefined],
  ['private://user@a/b', undefined],
  ['private://a:8080/b', undefined],
  ['private://a/../b', undefined],
  ['https://a/b', undefined],
])('%s names a repository behind agents as it should', (url, expected) => {
  expect(parsePrivateUrl(url)).toEqual(expected);
});
