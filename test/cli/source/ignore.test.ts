import { describe, expect, test } from '@jest/globals';
import { IgnoreRules } from '../../../src/cli/source/ignore';

const FILES = [
  '.env',
  '.git/HEAD',
  '.terraform/providers/p',
  'docs/manual.txt',
  'docs/sub/deep.txt',
  'envs/dev/.terraform/modules/m/main.tf',
  'envs/dev/.terraform/x',
  'envs/dev/main.tf',
  'foo1.txt',
  'foo[1].txt',
  'functions/mail/node_modules/m/index.js',
  'main.tf',
  'notes.md',
  'x.y',
];

/** What Terraform itself leaves out of these files (hashicorp/go-slug 1.0.0), beside the defaults. */
describe('.terraformignore leaves out what Terraform leaves out', () => {
  const DEFAULT = ['.git/HEAD', '.terraform/providers/p', 'envs/dev/.terraform/x'];
  const DOCS = ['docs/manual.txt', 'docs/sub/deep.txt'];
  const FUNCTION = 'functions/mail/node_modules/m/index.js';

  test.each<[what: string, text: string, leftOut: readonly string[]]>([
    ['nothing but the defaults', '', []],
    ['a name anywhere', 'main.tf', ['envs/dev/.terraform/modules/m/main.tf', 'envs/dev/main.tf', 'main.tf']],
    ['a name in the folder itself', '/main.tf', ['main.tf']],
    ['all in a folder', 'docs/', DOCS],
    ['nothing in a folder whose rule has no slash', 'docs', []],
    ['what lies directly in a folder', 'docs/*', ['docs/manual.txt']],
    ['one wildcard within a name', '*.md', ['notes.md']],
    ['a dot as a dot, a question mark as any character', 'x.y\nfoo?.txt', ['foo1.txt', 'x.y']],
    ['two wildcards over folders', 'envs/**/main.tf', ['envs/dev/.terraform/modules/m/main.tf', 'envs/dev/main.tf']],
    ['a class of characters', 'foo[0-9].txt', ['foo1.txt']],
    ['escaped characters', 'foo\\[1\\].txt', ['foo[1].txt']],
    ['comments, blanks and Windows line ends', '# c\r\n\r\n  *.md  \r\n.env\r\n', ['.env', 'notes.md']],
    [
      'all but what is taken back',
      '*\n!functions/\n!main.tf',
      FILES.filter((f) => f !== FUNCTION && !/main\.tf$/.test(f)),
    ],
    ['a file in a folder that is left out is taken back', 'docs/\n!docs/sub/', ['docs/manual.txt']],
    ['the last rule that fits', '!notes.md\nnotes.md', ['notes.md']],
  ])('%s', (_, text, leftOut) => {
    const rules = new IgnoreRules(text);
    const found = FILES.filter((path) => rules.judge(path).isLeftOut);
    const own = found.filter((path) => !DEFAULT.includes(path) || leftOut.includes(path));
    expect(own.sort()).toEqual([...leftOut].sort());
  });

  test.each([
    ['by default', '', DEFAULT],
    ['not .git when it is taken back', '!.git/', DEFAULT.slice(1)],
    ['not .terraform when it is taken back', '!.terraform/', ['.git/HEAD']],
    ['modules, too, when told', '.terraform/', [...DEFAULT, 'envs/dev/.terraform/modules/m/main.tf']],
  ])('the defaults: %s', (_, text, leftOut) => {
    const rules = new IgnoreRules(text);
    expect(FILES.filter((path) => rules.judge(path).isLeftOut).sort()).toEqual([...leftOut].sort());
  });

  test('a folder need not be looked into when nothing is taken back after its rule', () => {
    expect(new IgnoreRules('docs/').judge('docs/')).toMatchObject({ isLeftOut: true, byFile: true, isFinal: true });
    expect(new IgnoreRules('docs/\n!a').judge('docs/')).toMatchObject({ isLeftOut: true, isFinal: false });
    expect(new IgnoreRules().judge('.git/')).toMatchObject({ isLeftOut: true, byFile: false, isFinal: true });
  });
});
