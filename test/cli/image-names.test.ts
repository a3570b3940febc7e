import { describe, expect, it } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { parse } from 'yaml';
import { chartValues, valuesFile } from '../../src/cli/image-names';
import { synthesizeChart } from '../../src/charting/synthesize';
import { controlPlaneCommand } from '../../src/cli/commands/control-plane';
import * as constructs from '../../src';
import { controlPlaneChart } from '../../src/constructs/control-plane/chart/chart';

const names = ['controller', 'launcher', 'control-plane', 'runner'];
const images = Object.fromEntries(names.map((name) => [name, `registry.example.com:5000/team/${name}:1.2.3`]));
const file = valuesFile(images);

describe('the values that name pushed images', () => {
  it.each([
    ['registry.example.com/team/controller:1.2.3', 'registry.example.com/team/controller', '1.2.3'],
    ['registry.example.com:5000/controller:1.2.3', 'registry.example.com:5000/controller', '1.2.3'],
    ['registry.example.com:5000/controller', 'registry.example.com:5000/controller', 'latest'],
  ])('of %s are its repository and its tag', (controller, repository, tag) => {
    expect(chartValues({ controller }).controllerManager.manager.image).toEqual({ repository, tag });
  });

  it('are a values file', () => {
    expect(parse(file)).toEqual(chartValues(images));
  });

  it('have with them a program for constructs, which makes objects of these images', () => {
    const program = /(?<=# For the constructs:\n)(#   .*\n)+/.exec(file)?.[0].replaceAll(/^# {3}/gm, '') ?? '';
    const chart = new Chart(new App(), 'chart', { namespace: 'tools' });
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const run = new Function('chart', ...Object.keys(constructs), program) as (...given: unknown[]) => void;
    run(chart, ...Object.values(constructs));
    const objects = JSON.stringify(chart.toJson());
    for (const image of Object.values(images)) expect(objects).toContain(image);
  });

  it("have with them values of the control plane's chart, which makes objects of these images", () => {
    const lines = /(?<=# For the chart of the control plane.*\n)(#   .*\n)+/.exec(file)?.[0].replaceAll(/^# {3}/gm, '');
    const release = { name: 'ops', namespace: 'tools' };
    const objects = JSON.stringify(
      synthesizeChart(controlPlaneChart, release, parse(lines ?? '') as Record<string, unknown>),
    );
    for (const name of ['control-plane', 'launcher', 'runner']) expect(objects).toContain(images[name]);
  });

  it('have with them flags that the control plane has', () => {
    const line = /^# +worker-pools control-plane (.*)$/m.exec(file)?.[1]?.split(' ') ?? [];
    const known = controlPlaneCommand().options.map(({ long }) => long);
    expect(line.filter((word) => word.startsWith('--') && !known.includes(word))).toEqual([]);
    expect(line).toEqual(expect.arrayContaining([images.launcher, images.runner]));
  });
});
