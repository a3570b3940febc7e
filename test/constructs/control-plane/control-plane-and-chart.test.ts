import { describe, expect, it } from '@jest/globals';
import { WorkerPoolControlPlane } from '../../../src';
import { synthesizeChart } from '../../../src/charting/synthesize';
import { controlPlaneChart } from '../../../src/constructs/control-plane/chart/chart';
import { CONTROL_PLANE_PROPS } from '../../../src/constructs/control-plane/props/mapping';
import { synthesized, withoutOrigin } from '../support';
import { CASES } from './prop-cases';

const release = { name: 'worker-pools-control-plane', namespace: 'tools' };

describe('WorkerPoolControlPlane', () => {
  it('is compared with the chart in every prop but its name and namespace', () => {
    const compared = new Set(CASES.flatMap(([, props]) => Object.keys(props)));
    expect(Object.keys(CONTROL_PLANE_PROPS).filter((prop) => !compared.has(prop))).toEqual(['name', 'namespace']);
  });

  it.each(CASES)('is what the chart renders: %s', (_, props, values) => {
    const rendered = synthesizeChart(controlPlaneChart, release, values as Record<string, unknown>);
    const objects = synthesized((chart) => new WorkerPoolControlPlane(chart, 'cp', props));
    expect(withoutOrigin(objects)).toEqual(withoutOrigin(rendered));
  });
});
