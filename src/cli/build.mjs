// Bundles each program into a folder of its own below dist/, so that their libraries weigh on nobody who imports the
// constructs.
import { build } from 'esbuild';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const { version, license } = JSON.parse(readFileSync('package.json', 'utf8'));

/** The programs of the database's threads, beside those that start them. */
const THREADS = {
  'sqlite-connection': 'src/control-plane/store/database/sqlite-connection.ts',
  'database-thread': 'src/control-plane/database-thread.ts',
};

const PROGRAMS = {
  controller: { entry: 'src/cli/entry/controller.ts' },
  'control-plane': { entry: 'src/cli/entry/control-plane.ts', threads: THREADS },
  launcher: { entry: 'src/cli/entry/launcher.ts' },
  // The one in the npm package. Its help, and the commands that talk to a control plane, run on every Node of
  // package.json's engines; the others say that they need a newer one.
  'worker-pools': {
    entry: 'src/cli/main.ts',
    threads: { ...THREADS, 'kubectl-worker_pools': 'src/cli/entry/kubectl-plugin.ts' },
    target: 'node20',
  },
};

for (const [name, { entry, threads = {}, target = 'node24' }] of Object.entries(PROGRAMS)) {
  const outdir = `dist/${name}`;
  // Their names change with their content.
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: { [name]: entry, ...threads },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // In pieces, so that what a command never needs (client-node's kubeconfig reader, making certificates) takes no
    // memory in a Pod, and asks for no newer Node.
    splitting: true,
    platform: 'node',
    format: 'esm',
    target,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    define: { __VERSION__: JSON.stringify(version) },
    // What only the repository's own commands use (demo, generate) is not part of the bundles' run time, and pg runs
    // without libpq.
    external: ['@swc/core', 'fsevents', 'pg-native'],
    // CommonJS dependencies call require() for Node's own modules; an ESM bundle has no such function.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  writeFileSync(`${outdir}/LICENSES.txt`, licenses(Object.keys(metafile.inputs)));
}

// The launcher reads it from beside itself (src/launcher/shim/path.ts) and lays it into the worker container.
for (const name of ['launcher', 'worker-pools']) {
  copyFileSync('src/launcher/shim/spacelift-worker.sh', `dist/${name}/spacelift-worker.sh`);
}

// What policies may do, which OPA reads (src/launcher/init/policy/path.ts).
for (const name of ['capabilities', 'input-schema']) {
  copyFileSync(`src/launcher/init/policy/${name}.generated.json`, `dist/launcher/${name}.generated.json`);
}

/** What the authors of the bundled libraries ask to be passed on with them: their licenses and notices. */
function licenses(inputs) {
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  const texts = [...folders].map((folder) => {
    const about = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
    const text = files.map((file) => readFileSync(`${folder}/${file}`, 'utf8').trim()).join('\n\n');
    return `${about.name} ${about.version} (${about.license})\n\n${text}`;
  });
  const intro = `This program is under the ${license} license. It holds these libraries, under licenses of their own:`;
  return `${[intro, ...texts.sort()].join(`\n\n${'-'.repeat(80)}\n`)}\n`;
}
