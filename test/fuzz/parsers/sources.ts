import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { IgnoreRules } from '../../../src/cli/source/ignore';
import { imageHost } from '../../../src/controller/run/images';
import { ArchiveError, FolderError, unpack } from '../../../src/launcher/archive';
import { blocksOf } from '../../../src/launcher/init/blocks';
import { KeptSums } from '../../../src/launcher/init/tools/kept-sums';
import { checksumIn } from '../../../src/launcher/init/tools/release';
import { ToolRefused } from '../../../src/launcher/init/tools/tool-error';
import { unpackProgram } from '../../../src/launcher/init/tools/unpack-program';
import { gitRequestOf, targetOf } from '../../../src/protocol/git-requests';
import { gitAddress, isBranchName } from '../../../src/protocol/git-rules';
import { EXACT_VERSION } from '../../../src/protocol/messages';
import { seal, SealError, unseal } from '../../../src/protocol/sealing';
import { UserError } from '../../../src/cli/run-program';
import { craftedArchive } from '../../launcher/support/crafted-archive';
import { zipOf } from '../../launcher/support/zip';
import { parser, type Parser } from '../support/parser';
import { changed, changes, nearly, nearlyBytes, times } from '../support/nearly';

const ARCHIVE = craftedArchive([
  { path: 'main.tf', content: 'resource "x" "y" {}' },
  { path: 'a/b', type: 'SymbolicLink', linkpath: '../main.tf' },
  { path: 'a/c', type: 'Link', linkpath: 'main.tf' },
]);
const ZIP = zipOf({ tofu: 'a program', 'README.md': 'x' });

/** A folder for the while. */
async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'worker-pools-fuzz-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const KEY = createPrivateKey(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
const ORIGIN = { runId: '01HPS6XB76J1JB3EHSK4AWE5AB', stack: 'network', stage: 'preparing', attempt: 1 } as const;
const SEALED = buffer(Readable.from([Buffer.from('a workspace')]).pipe(seal(KEY, ORIGIN)));

/** The stream's own words about what is cut short are errors of ours, too. */
const open = (bytes: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const opening = unseal(KEY, () => true);
    opening.on('error', reject);
    buffer(opening).then(resolve, reject);
    opening.end(bytes);
  });

const PATHS = ['main.tf', 'envs/dev/main.tf', `${'a/'.repeat(20)}b`, 'é'];

export const SOURCES: readonly Parser[] = [
  parser({
    name: 'an archive (tar and gzip)',
    given: nearlyBytes(ARCHIVE),
    parse: (bytes) => inFolder((folder) => unpack(Readable.from([bytes]), folder, { bytes: 1024 * 1024, settleMs: 5 })),
    refusesWith: [ArchiveError, FolderError],
    growing: [
      {
        title: 'entries',
        of: (length) => craftedArchive(Array.from({ length: length / 512 }, (_, at) => ({ path: `e${at}` }))),
        from: 32 * 1024,
      },
    ],
  }),
  parser({
    name: 'a release of a tool (zip)',
    given: nearlyBytes(ZIP),
    parse: (bytes) =>
      inFolder(async (folder) => {
        writeFileSync(join(folder, 'archive.zip'), bytes);
        await unpackProgram(join(folder, 'archive.zip'), 'tofu', folder);
      }),
    refusesWith: [ToolRefused],
    growing: [
      {
        title: 'entries',
        of: (length) => zipOf(Object.fromEntries(Array.from({ length: length / 128 }, (_, at) => [`e${at}`, '']))),
        from: 8 * 1024,
      },
    ],
  }),
  parser({
    name: 'lists of checksums and versions of tools',
    given: nearly(
      `${'a'.repeat(64)}  tofu_1.10.6_linux_amd64.zip\n`,
      '{"sums":"YQ==","signature":"YQ=="}',
      '1.11.0-rc1',
    ),
    parse: (text) => [
      checksumIn(Buffer.from(text), 'tofu_1.10.6_linux_amd64.zip'),
      KeptSums.read(text),
      EXACT_VERSION.test(text),
    ],
    growing: [
      { title: 'lines', of: (length) => times(`${'a'.repeat(64)}  x\n`, length) },
      { title: 'parts of a version', of: (length) => `1.1.1-${times('a.', length)}` },
    ],
  }),
  parser({
    name: '.terraformignore',
    given: nearly('*.md\n!docs/**/keep\n/envs/\nfoo[0-9a].txt\nfoo\\[1\\]?', '[z-a]', '**/**/**/a'),
    parse: (text) => {
      const rules = new IgnoreRules(text);
      return PATHS.map((path) => rules.judge(path));
    },
    refusesWith: [UserError],
    growing: [
      { title: 'folders of any depth', of: (length) => times('**/', length), from: 400 },
      { title: 'wildcards', of: (length) => `${times('*a', length)}b`, from: 400 },
      { title: 'rules', of: (length) => times('*.md\n', length), from: 1_000 },
    ],
  }),
  parser({
    name: 'the address and branch of a repository',
    given: nearly(
      'https://git.example:8443/team/app.git',
      'ssh://git@[fd00::1]:22/a',
      'git@git.example:team/app',
      'private://gitlab/a/b',
      'feature/a.b',
    ),
    parse: (text) => [gitAddress(text), isBranchName(text)],
    check: (result, text) => {
      const [address, isBranch] = result as [unknown, boolean];
      if ((address !== undefined || isBranch) && /^-|[\s\0\p{Cc}]/u.test(text))
        throw new Error('git takes it for something else');
    },
    growing: [
      { title: 'an address', of: (length) => `https://${times('a.', length)}/x` },
      { title: 'a branch', of: (length) => times('a/', length) },
      { title: 'a branch of dots', of: (length) => times('.', length) },
    ],
  }),
  parser({
    name: 'what git asks of its host',
    given: fc.tuple(
      fc.constantFrom<string>('GET', 'POST', 'PUT'),
      nearly('/team/app.git/info/refs?service=git-upload-pack', '/a/git-upload-pack', '/a/%2e%2e/b/info/refs'),
    ),
    parse: ([method, target]) => gitRequestOf(method, target),
    check: (result, [, target]) => {
      const found = result as ReturnType<typeof gitRequestOf>;
      if (found && targetOf(found) !== target.replace(/\?$/, '')) throw new Error('it is carried as something else');
      if (found && new URL(targetOf(found), 'https://h').pathname !== target.split('?')[0])
        throw new Error('a host reads it otherwise');
    },
    growing: [{ title: 'a path', of: (length) => ['GET', `/${times('a/', length)}info/refs`] as [string, string] }],
  }),
  parser({
    name: 'blocks of HCL',
    given: nearly('terraform {\n  backend "s3" { key = "${a["b"]}" }\n}\n# c\n/* d */ x = <<-EOT\n text\nEOT\n'),
    parse: blocksOf,
    growing: [
      { title: 'blocks', of: (length) => times('a { }\n', length), from: 16_000 },
      { title: 'comments that never end', of: (length) => times('/* ', length) },
      { title: 'heredocs that never end', of: (length) => times('<<EOT\n', length), from: 16_000 },
      { title: 'templates within texts', of: (length) => times('"${', length), from: 16_000 },
      { title: 'blocks within blocks', of: (length) => times('a {', length), from: 16_000 },
    ],
  }),
  parser({
    name: 'a sealed run state',
    given: changes,
    parse: async (by) => open(changed(await SEALED, by)),
    refusesWith: [SealError],
    growing: [{ title: 'bytes behind it', of: (length) => [[1_000_000, 0, Buffer.alloc(length)]] as const }],
  }),
  parser({
    name: 'the reference of an image',
    given: nearly('registry.example:5000/team/image:1', 'alpine@sha256:00', '[fd00::10]:5000/a', 'TOOLS/runner'),
    parse: imageHost,
    check: (host, image) => {
      // Whatever it is, it is the part before the first slash or the default.
      if (host !== 'docker.io' && !image.startsWith(`${host as string}/`))
        throw new Error('a host that it does not name');
    },
    growing: [{ title: 'a reference', of: (length) => times('a.', length) }],
  }),
];
