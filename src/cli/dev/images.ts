import { InvalidArgumentError, Option } from 'commander';
import { pushImages } from '../../local-cluster/images';
import { buildPrograms } from '../build-programs';
import { IMAGES } from '../demo/settings';
import { chartValues, valuesFile } from '../image-names';
import { npmScript } from '../npm-script';
import { terminalProgress } from '../progress';
import { VERSION } from '../version';

interface Options {
  readonly push: string;
  readonly tag: string;
  readonly output: 'values' | 'json';
}

/** `npm run images`: builds the images, pushes them to a registry, and prints how to name them. */
npmScript('npm run images', (program) =>
  program
    .description('Build the images of controller, launcher, control plane and runner, and push them to a registry.')
    .requiredOption('--push <registry>', 'where to, for example registry.example.com/worker-pools', registry)
    .option('--tag <tag>', 'tag of all of them', tagName, VERSION)
    .addOption(
      new Option(
        '-o, --output <format>',
        'what is printed: a values file of the chart, with the rest as comments, or JSON',
      )
        .choices(['values', 'json'])
        .default('values'),
    )
    .action(async ({ push, tag, output }: Options) => {
      const progress = terminalProgress();
      await buildPrograms(progress);
      const images = await pushImages(IMAGES, push, { tag, progress });
      const names = { images, values: chartValues(images) };
      process.stdout.write(output === 'json' ? `${JSON.stringify(names, null, 2)}\n` : valuesFile(images));
    }),
);

function registry(value: string): string {
  if (/^[^\s/]+(\/[a-z\d][a-z\d._-]*)*\/?$/.test(value)) return value.replace(/\/$/, '');
  throw new InvalidArgumentError('it must be a host and a lowercase path, without https://');
}

function tagName(value: string): string {
  if (/^\w[\w.-]{0,127}$/.test(value)) return value;
  throw new InvalidArgumentError('it must be 1 to 128 letters, digits, dots, dashes and underscores');
}
