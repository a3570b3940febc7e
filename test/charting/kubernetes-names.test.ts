import { describe, expect, it } from '@jest/globals';
import { serviceName } from '../../src/charting/kubernetes-names';

describe('the name of a Service', () => {
  it.each([
    ['the prefix and the suffix', 'ops-controller', 'ops-controller-metrics-service'],
    ['as long as it may be', 'a'.repeat(47), `${'a'.repeat(47)}-metrics-service`],
    ['cut where it would be longer', 'a'.repeat(48), `s-${'a'.repeat(36)}-97daac0e-metrics-service`],
    ['led by a letter where the prefix begins with a digit', '1234', 's-1234-03ac6742-metrics-service'],
    ['without dots', 'a.b', 's-a-b-2e7336dc-metrics-service'],
  ])('is %s', (_, prefix, name) => {
    expect(serviceName(prefix, '-metrics-service')).toBe(name);
    expect(name.length).toBeLessThanOrEqual(63);
  });

  it('differs where two long prefixes begin alike', () => {
    const [one, other] = ['1', '2'].map((end) => serviceName('a'.repeat(60) + end, '-metrics-service'));
    expect(one).not.toBe(other);
  });
});
