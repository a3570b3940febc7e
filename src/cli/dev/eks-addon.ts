import { join } from 'node:path';
import { operatorEksAddon } from '../../constructs/operator/chart/eks-addon';
import { emitEksAddon } from '../../charting/eks-addon';
import { withLicense } from '../generate/charts';
import { write } from '../generate/files';
import { npmScript } from '../npm-script';

/** `npm run chart:eks`: writes the chart as an Amazon EKS add-on, ready for `helm package`. */
npmScript('npm run chart:eks', (program) =>
  program
    .description('Write the chart as an Amazon EKS add-on, ready for helm package.')
    .argument('<folder>', 'where to')
    .action(async (folder: string) => {
      const chart = join(folder, operatorEksAddon.chart.name);
      await write(
        { files: Object.fromEntries(withLicense(emitEksAddon(operatorEksAddon))), folders: ['templates', 'charts'] },
        chart,
      );
      process.stdout.write(`Written: ${chart}\n`);
    }),
);
