// Bundles each program below dist/, so that their libraries weigh on nobody who imports the constructs.
import { build } from 'esbuild';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const common = {
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  minifySyntax: true,
  legalComments: 'linked',
  define: { __VERSION__: JSON.stringify(version) },
  // What only the repository's own commands use (demo, generate) is not part of the bundles' run time.
  external: ['@swc/core', 'fsevents'],
  // CommonJS dependencies call require() for Node's own modules; an ESM bundle has no such function.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  logLevel: 'warning',
};

await build({
  ...common,
  entryPoints: {
    launcher: 'src/cli/entry/launcher.ts',
    'control-plane': 'src/cli/entry/control-plane.ts',
  },
});

// The only program in the npm package (package.json, "files"): it holds all the others, so its weight counts.
// Its help, and the commands that talk to a control plane, run on every Node of package.json's engines.
await build({
  ...common,
  entryPoints: { 'worker-pools': 'src/cli/main.ts' },
  target: 'node20',
  minifyWhitespace: true,
});

// In pieces, so that what a Pod never needs (client-node's kubeconfig reader, making certificates) takes no memory in it.
rmSync('dist/controller', { recursive: true, force: true });
await build({
  ...common,
  entryPoints: { controller: 'src/cli/entry/controller.ts' },
  outdir: 'dist/controller',
  splitting: true,
  minifyWhitespace: true,
});

// The launcher reads it from beside itself (src/launcher/shim/path.ts) and lays it into the worker container.
copyFileSync('src/launcher/shim/spacelift-worker.sh', 'dist/spacelift-worker.sh');
