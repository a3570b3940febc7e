import { join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');
const LAUNCHER_FILES = [
  'exchange',
  'credentials',
  'relay/(journal|alive|changes|shown-pipe)',
  'init/(lay-down|managed-state)',
].join('|');

/** Who gets what of test/simulation/platform in place of a module of Node.js, of a library, or of ours. */
const REPLACED: readonly { readonly module: RegExp; readonly for: RegExp; readonly by: string }[] = [
  { module: /^undici$/, for: /^src\/(launcher\/client|protocol\/client\/connections)\.ts$/, by: 'undici' },
  { module: /^jose$/, for: /^src\/protocol\/auth\.ts$/, by: 'jose' },
  { module: /^node:crypto$/, for: /^src\//, by: 'crypto' },
  { module: /^node:fs(\/promises)?$/, for: new RegExp(`^src/launcher/(${LAUNCHER_FILES})\\.ts$`), by: 'files' },
  { module: /^node:child_process$/, for: /^src\/launcher\/init\/lay-down\.ts$/, by: 'child-process' },
  { module: /\/archive$/, for: /^src\/launcher\/(relay|init)\/[a-z-]+\.ts$/, by: 'archive' },
  {
    module: /\/network\/(connector|authorities|fips|proxies)$/,
    for: /^src\/(launcher\/(client|connect)|protocol\/client\/(poll|connections))\.ts$/,
    by: 'network',
  },
];

const simulatedPlatform: Plugin = {
  name: 'simulated platform',
  setup(build) {
    build.onResolve({ filter: /^(undici|jose|node:|\.)/ }, ({ path, importer }) => {
      const from = relative(ROOT, importer);
      const found = REPLACED.find((one) => one.module.test(path) && one.for.test(from));
      return found && { path: join(import.meta.dirname, 'platform', `${found.by}.ts`) };
    });
  },
};

/**
 * Makes one program of the simulation and the product's own code.
 *
 * @param plugins what else is changed on the way: a planted bug, for one. @default none
 */
export async function bundleSimulation(outfile: string, plugins: readonly Plugin[] = []): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['test/simulation/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    sourcemap: 'inline',
    sourcesContent: false,
    define: { __VERSION__: '"0.0.0"' },
    external: ['@swc/core', 'fsevents', 'pg-native'],
    // CommonJS dependencies call require() for Node's own modules; an ESM bundle has no such function.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    logLevel: 'warning',
    plugins: [...plugins, simulatedPlatform],
  });
}
