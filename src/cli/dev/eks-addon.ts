import { join } from 'node:path';
import { operatorEksAddon } from '../../constructs/operator/chart/eks-addon';
import { emitEksAddon } from '../../charting/eks-addon';
import { withLicense } from '../generate/charts';
import { write } from '../generate/files';

/** `npm run chart:eks -- FOLDER`: writes the chart as an Amazon EKS add-on, ready for `helm package`. */
async function main([folder]: readonly string[]): Promise<number> {
  if (folder === undefined) {
    process.stderr.write('usage: npm run chart:eks -- FOLDER\n');
    return 2;
  }
  const chart = join(folder, operatorEksAddon.chart.name);
  await write(
    { files: Object.fromEntries(withLicense(emitEksAddon(operatorEksAddon))), folders: ['templates', 'charts'] },
    chart,
  );
  process.stdout.write(`Written: ${chart}\n`);
  return 0;
}

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
