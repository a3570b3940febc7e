import { build } from 'esbuild';
import { GENERATED_NOTICE, type Artefact } from './artefact';

/** What browsers run, in one file that the control plane serves. */
export async function generateBrowserScript(): Promise<Artefact> {
  const { outputFiles } = await build({
    entryPoints: ['src/control-plane/web/browser/main.ts'],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'none',
  });
  const script = JSON.stringify(outputFiles[0]!.text);
  return {
    files: { 'src/control-plane/web/script.generated.ts': `${GENERATED_NOTICE}export const SCRIPT = ${script};\n` },
  };
}
