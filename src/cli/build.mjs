// Bundles each program into one file below dist/, so that their libraries weigh on nobody who imports the constructs.
import { build } from 'esbuild';
import { copyFileSync, readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

await build({
  entryPoints: {
    controller: 'src/cli/entry/controller.ts',
    launcher: 'src/cli/entry/launcher.ts',
    'control-plane': 'src/cli/entry/control-plane.ts',
    'worker-pools': 'src/cli/main.ts',
  },
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
});

// The launcher reads it from beside itself (src/launcher/shim/path.ts) and lays it into the worker container.
copyFileSync('src/launcher/shim/spacelift-worker.sh', 'dist/spacelift-worker.sh');
