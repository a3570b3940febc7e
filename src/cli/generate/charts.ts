import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { operatorChart } from '../../helm/charts/operator-chart';
import { emitChart } from '../../helm/emit';

/** Writes the Helm charts, made from the constructs, below `outDir`. */
export function generateCharts(outDir: string): void {
  for (const [path, content] of emitChart(operatorChart)) {
    const target = join(outDir, operatorChart.name, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}
