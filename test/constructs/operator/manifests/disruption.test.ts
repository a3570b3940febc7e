import { describe, expect } from '@jest/globals';
import { generatedChart, NO_CRDS, type Json } from '../../../charting/support/helm';
import { eachRenders } from '../../../charting/support/together';
import { only } from '../../support';

const chart = generatedChart();

/** Spacelift's own controller keeps no budgets, so that the chart always makes it. */
const budget = (pdb: object) => ({
  ...NO_CRDS,
  controllerManager: { rbac: { rules: 'official' } },
  pdb: { enabled: true, ...pdb },
});

const has = (numbers: object) => (objects: readonly Json[]) => {
  const { selector: _selector, ...others } = only(objects, 'PodDisruptionBudget').spec;
  expect(others).toEqual(numbers);
};

describe('the budget of run Pods', () => {
  eachRenders(chart, [
    ['is a number that Kubernetes can compute', budget({}), has({ minAvailable: 2147483647 })],
    [
      "is the official chart's where somebody asks for it",
      budget({ minAvailable: '100%' }),
      has({ minAvailable: '100%' }),
    ],
    ['takes maxUnavailable alone', budget({ maxUnavailable: 1 }), has({ maxUnavailable: 1 })],
    [
      'takes maxUnavailable with the official default switched off',
      budget({ minAvailable: '', maxUnavailable: 1 }),
      has({ maxUnavailable: 1 }),
    ],
    ['takes a maxUnavailable of 0', budget({ maxUnavailable: 0 }), has({ maxUnavailable: 0 })],
    ['takes a minAvailable of 0', budget({ minAvailable: 0 }), has({ minAvailable: 0 })],
  ]);
});
