import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ownBackend } from '../../../src/launcher/init/own-backend';
import { removeFolder, temporaryFolder } from '../../support/folder';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => removeFolder(folder));

const find = (files: Readonly<Record<string, string>>): Promise<string | undefined> => {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return ownBackend(folder, 'ours.tf.json');
};

const S3 = 'terraform {\n  backend "s3" {\n    key = "a"\n  }\n}\n';

describe('a source that names its backend', () => {
  test.each<[string, Record<string, string>]>([
    ['in a block', { 'main.tf': S3 }],
    ['without blanks, behind other settings', { 'main.tf': 'terraform{required_version=">= 1.6"\nbackend "local"{}}' }],
    ['in an override', { 'backend_override.tf': S3 }],
    ['for OpenTofu only', { 'main.tofu': S3 }],
    ['as a cloud block', { 'main.tf': 'terraform {\n cloud {\n organization = "o"\n }\n}' }],
    ['in JSON', { 'main.tf.json': '{"terraform": {"backend": {"s3": {}}}}' }],
    ['in JSON with lists', { 'main.tf.json': '{"terraform": [{"required_version": "1"}, {"cloud": [{}]}]}' }],
    [
      'behind what looks like the end of a block',
      { 'main.tf': 'locals {\n a = "}${"}"}"\n b = <<-END\n }\n END\n} # }\n/* } */\n' + S3 },
    ],
    ['in the second of two files', { 'a.tf': 'locals {}', 'b.tf': S3 }],
    ['with Windows line ends', { 'main.tf': S3.replaceAll('\n', '\r\n') }],
  ])('%s', async (_, files) => {
    expect(await find(files)).toBe(Object.keys(files).at(-1));
  });
});

describe('a source that names none', () => {
  test.each<[string, Record<string, string>]>([
    ['with nothing of the kind', { 'main.tf': 'terraform {\n required_version = "1"\n}\nresource "a" "b" {}\n' }],
    [
      'with a backend in comments',
      { 'main.tf': `# ${S3.replaceAll('\n', '\n# ')}\n/*\n${S3}\n*/\n// ${S3.replaceAll('\n', ' ')}` },
    ],
    ['with a backend in a heredoc', { 'main.tf': `locals {\n a = <<END\n${S3}\nEND\n}\n` }],
    ['with a backend in a text', { 'main.tf': 'locals {\n a = "terraform { backend \\"s3\\" {} }"\n}\n' }],
    [
      'with a backend of another',
      { 'main.tf': 'data "terraform_remote_state" "x" {\n backend = "s3"\n config = {}\n}\n' },
    ],
    [
      'with a block backend elsewhere',
      { 'main.tf': 'module "x" {\n backend "s3" {}\n}\nlocals {\n terraform = {}\n}\n' },
    ],
    ['in a file that no tool reads', { '.main.tf': S3, 'main.tf~': S3, '#main.tf#': S3, 'main.txt': S3 }],
    ['in the file that OpenTofu passes over', { 'main.tf': S3, 'main.tofu': 'locals {}' }],
    ['but has the file that is laid in', { 'ours.tf.json': '{"terraform": {"backend": {"http": {}}}}' }],
    ['and is no HCL at all', { 'main.tf': '}}}} "${', 'more.tf.json': '{' }],
  ])('%s', async (_, files) => {
    expect(await find(files)).toBeUndefined();
  });
});
