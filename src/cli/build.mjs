// Bundles each program into a folder of its own below dist/, so that their libraries weigh on nobody who imports the
// constructs.
import { build } from 'esbuild';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { billOfMaterials, bundledPackages, licensesOf } from './bundled.mjs';

const about = JSON.parse(readFileSync('package.json', 'utf8'));
const { version } = about;
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));

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
  const packages = bundledPackages(Object.keys(metafile.inputs));
  writeFileSync(`${outdir}/LICENSES.txt`, licensesOf(packages, about.license));
  // It lies beside the program in the package and in the images.
  writeFileSync(
    `${outdir}/sbom.cdx.json`,
    `${JSON.stringify(billOfMaterials({ ...about, name: `${about.name}/${name}` }, packages, lock), null, 2)}\n`,
  );
}

// The launcher reads it from beside itself (src/launcher/shim/path.ts) and lays it into the worker container.
for (const name of ['launcher', 'worker-pools']) {
  copyFileSync('src/launcher/shim/spacelift-worker.sh', `dist/${name}/spacelift-worker.sh`);
}

// What policies may do, which OPA reads (src/launcher/init/policy/path.ts).
for (const name of ['capabilities', 'input-schema']) {
  copyFileSync(`src/launcher/init/policy/${name}.generated.json`, `dist/launcher/${name}.generated.json`);
}
