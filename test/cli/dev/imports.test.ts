import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

/** A source tree with a fault of each kind. */
const files = {
  'src/index.ts': "import './constructs/index';",
  'src/constructs/index.ts': "import './worker-pool/pool'; import './shared/checks';",
  'src/constructs/worker-pool/pool.ts': "import '../presets/aws-role';",
  'src/constructs/presets/aws-role.ts': "import '../shared/checks';",
  'src/constructs/shared/checks.ts': "import 'yaml'; import '../index';",
  'src/api/index.ts': "import '../protocol/token';",
  'src/protocol/token.ts': "import type { Key } from './key'; export type Token = Key;",
  'src/protocol/key.ts': "import type { Token } from './token'; export type Key = Token;",
  'src/control-plane/queue/assign.ts': "import '../graphql/resolvers';",
  'src/control-plane/graphql/resolvers.ts': '',
  'src/launcher/paths.ts': "import './init/init';",
  'src/launcher/init/init.ts': "import '../relay/relay';",
  'src/launcher/relay/relay.ts': "import '../../time/clock'; import '../../../test/support/fake';",
  'src/time/clock.ts': '',
  'src/cli/main.ts': "import './commands/run';",
  'src/cli/commands/run.ts': "import '../launcher/containers'; import '../../control-plane/control-plane';",
  'src/cli/launcher/containers.ts': "import '../../launcher/paths';",
  'src/control-plane/control-plane.ts': "import './queue/assign';",
  'src/elsewhere/thing.ts': "import '../time/clock';",
  'node_modules/yaml/package.json': '{}',
  'node_modules/yaml/index.js': '',
  'test/support/fake.ts': '',
  'test/support/unused.ts': '',
  'test/launcher/relay.test.ts': "import '../../src/launcher/relay/relay'; import '../support/fake';",
};

describe('the check of imports refuses', () => {
  let folder: string;
  let violations: Violation[];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'worker-pools-imports-'));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${text}\n`);
    }
    for (const file of ['.dependency-cruiser.mjs', 'tsconfig.json', 'package.json']) cpSync(file, join(folder, file));
    const arguments_ = ['src', 'test', '--output-type', 'json'];
    const { stdout, stderr } = spawnSync(resolve('node_modules/.bin/depcruise'), arguments_, {
      cwd: folder,
      encoding: 'utf8',
    });
    if (!stdout) throw new Error(stderr);
    violations = (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['an import of a room that comes later', /^src\/api may import of ours only: nothing$/, 'src/api/index.ts'],
    ['an import of a sister room', /^src\/constructs\/worker-pool may import/, 'src/constructs/worker-pool/pool.ts'],
    ['an import of the room around, upwards', /^src\/constructs\/shared may import/, 'src/constructs/shared/checks.ts'],
    ['a queue that knows who asks', /^src\/control-plane\/queue may import/, 'src/control-plane/queue/assign.ts'],
    ['init that knows the relay', /^src\/launcher\/init may import/, 'src/launcher/init/init.ts'],
    ['shared files that know a room within theirs', /^src\/launcher may import/, 'src/launcher/paths.ts'],
    ['a source that needs a test', /^src\/launcher\/relay may import/, 'src/launcher/relay/relay.ts'],
    ['a file outside of every room', /^every file below src\/ is in a room$/, 'src/elsewhere/thing.ts'],
    ['a circle of modules', /^no circle of imports$/, 'src/constructs/index.ts'],
    ['a circle of types', /^no circle of imports$/, 'src/protocol/key.ts'],
    ['a source that nothing needs', /^something reaches every file$/, 'src/elsewhere/thing.ts'],
    ['a helper of tests that no test needs', /^something reaches every file$/, 'test/support/unused.ts'],
    ['a package that users would have to install', /^what the package exports needs only/, 'src/index.ts'],
  ])('%s', (_what, rule, file) => {
    expect(violations).toContainEqual(
      expect.objectContaining({ from: file, rule: expect.objectContaining({ name: expect.stringMatching(rule) }) }),
    );
  });

  it('nothing else', () => {
    const well = [
      'src/time/clock.ts',
      'src/cli/main.ts',
      'src/cli/commands/run.ts',
      'test/launcher/relay.test.ts',
      'test/support/fake.ts',
    ];
    expect(violations.filter(({ from }) => well.includes(from))).toEqual([]);
  });
});
