// `node src/cli/run-app.mjs src/main.ts` runs a cdk8s app that is written in TypeScript. esbuild makes one script of the
// app's own files at once; a loader that compiles each file when it is asked for takes four times as long here.
// Types are not checked, as `npm run typecheck` does that.
import { buildSync } from 'esbuild';
import Module from 'node:module';
import { dirname, resolve } from 'node:path';

const main = resolve(process.argv[2]);
const { outputFiles } = buildSync({
  entryPoints: [main],
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  sourcemap: 'inline',
  sourcesContent: false,
  outdir: dirname(main),
  write: false,
});

// Errors name the lines of the TypeScript files. Reading the source maps of cdk8s, too, would take longer than the app;
// Node 20 cannot leave them out.
if (Module.setSourceMapsSupport) Module.setSourceMapsSupport(true, { nodeModules: false });
else process.setSourceMapsEnabled(true);
const app = new Module(main);
app.filename = main;
app.paths = Module._nodeModulePaths(dirname(main));
app._compile(outputFiles[0].text, main);
