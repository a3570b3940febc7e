/**
 * Synthesizes examples by name: to standard output, or, under `cdk8s synth --app "tsx examples/run.ts NAME"`, into its
 * output folder. `--namespace NAME` puts the objects there.
 */
import { App } from 'cdk8s';
import { parseArgs } from 'node:util';
import { EXAMPLES } from './charts';

const { positionals: names, values } = parseArgs({
  allowPositionals: true,
  options: { namespace: { type: 'string' } },
});
const unknown = names.filter((name) => !(name in EXAMPLES));

if (names.length === 0 || unknown.length > 0) {
  for (const name of unknown) console.error(`No example is called ${name}.`);
  console.error(`usage: tsx examples/run.ts [--namespace NAME] EXAMPLE...\n\n${Object.keys(EXAMPLES).join('\n')}`);
  process.exitCode = 2;
} else {
  const app = new App();
  for (const name of names) {
    const Example = EXAMPLES[name];
    if (Example) new Example(app, name, values);
  }
  if (process.env.CDK8S_OUTDIR) app.synth();
  else process.stdout.write(app.synthYaml());
}
