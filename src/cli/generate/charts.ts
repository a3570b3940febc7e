import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { operatorChart } from '../../helm/charts/operator-chart';
import { emitChart } from '../../helm/emit';

/** What `npm run generate` owns below `charts/<chart>`; anything else there is written by hand and stays. */
const GENERATED = ['Chart.yaml', 'values.yaml', 'values.schema.json', 'templates', 'charts'];

/** Writes the charts below `outDir`, replacing what an earlier version generated. */
export function generateCharts(outDir: string): void {
  const folder = join(outDir, operatorChart.name);
  for (const name of GENERATED) rmSync(join(folder, name), { recursive: true, force: true });
  for (const [path, content] of emitChart(operatorChart)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}
