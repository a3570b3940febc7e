// The first thing that `npm run demo`, `images`, `bench`, `chaos`, `soak`, `simulate` and `npm test` run: plain JavaScript for Node >= 20
// without any package. It installs node_modules as package-lock.json says, once, and goes on with Node 24 from there.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const programs = {
  demo: ['src/cli/main.ts', 'demo'],
  fuzz: ['src/cli/dev/fuzz.ts'],
  test: ['src/cli/dev/test.ts'],
  images: ['src/cli/dev/images.ts'],
  bench: ['src/cli/dev/bench.ts'],
  'bench:synth': ['src/cli/dev/bench-synth.ts'],
  chaos: ['src/cli/dev/chaos.ts'],
  soak: ['src/cli/dev/soak.ts'],
  simulate: ['src/cli/dev/simulate.ts'],
};

const [name, ...args] = process.argv.slice(2);
const program = programs[name];
if (!program) fail(`unknown program "${name}"; known are: ${Object.keys(programs).join(', ')}`);

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) fail(`Node ${process.versions.node} is too old: install Node 20 or newer, then run this again`);

installPackages();
const node24 = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const node = existsSync(node24) ? node24 : major >= 24 ? process.execPath : undefined;
if (!node) {
  fail(
    'the npm package "node" brought no Node 24 along (are install scripts off?): run `npm rebuild node`, or use Node 24',
  );
}

const bin = join(root, 'node_modules', '.bin');
const child = spawn(node, ['--import', 'tsx', ...program, ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${bin}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}` },
});
// The terminal sends Ctrl-C to the whole group: the child tidies up and ends, and this process ends with it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));

function installPackages() {
  const stamp = join(root, 'node_modules', '.installed-from');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stderr.write('Installing the npm packages of package-lock.json (about a minute the first time) ...\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // Engine warnings are about this Node: everything but the constructs runs on the Node 24 that is being installed.
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) fail('`npm ci` failed; its message is above. Mend that, then run this again');
  writeFileSync(stamp, wanted);
}

function fail(sentence) {
  process.stderr.write(`worker-pools: ${sentence}\n`);
  process.exit(1);
}
