import { describe } from '@jest/globals';
import * as fc from 'fast-check';
import type { Release } from '../../../../src/charting/release';
import { schemaOf } from '../../../../src/charting/values';
import { operatorChart } from '../../../../src/constructs/operator/chart/chart';
import { arbitraryValues } from '../../../charting/support/arbitrary';
import { generatedChart, type Json } from '../../../charting/support/helm';
import { rendersAnyValues } from '../../../charting/support/property';

const values = arbitraryValues(schemaOf('', operatorChart.values.members))
  // The definitions are long and never vary: most runs go without.
  .chain((given) => fc.nat(19).map((lot) => ({ ...given, crds: { ...(given.crds as Json), install: lot === 19 } })));

const release: fc.Arbitrary<Release> = fc.record(
  {
    name: fc.oneof(fc.constantFrom('ops', '1234', 'on', '1e3', 'a'.repeat(53)), fc.stringMatching(/^[a-z0-9]{1,20}$/)),
    namespace: fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/),
    isUpgrade: fc.boolean(),
    serves: fc.constantFrom([], ['workers.spacelift.io/v1beta1/WorkerPool']),
  },
  { noNullPrototype: true },
);

describe('for any values', () => {
  rendersAnyValues(generatedChart(), values, release);
});
