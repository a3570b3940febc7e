import { describe, expect, test } from '@jest/globals';
import { capacityOfProcess, fit } from '../../../src/control-plane/admission/capacity';

const wanted = {
  https: { connections: 20_000, unprovedConnections: 2_000 },
  mqtt: { connections: 8_000, unprovedConnections: 2_000, unprovedPerAddress: 500 },
  metrics: { connections: 2_000, unprovedConnections: 2_000 },
};

const sum = (limits: Readonly<Record<string, { readonly connections: number }>>): number =>
  Object.values(limits).reduce((all, { connections }) => all + connections, 0);

test('what this process may have open is known where the system says it', () => {
  expect(capacityOfProcess().openFiles).toBeGreaterThan(255);
});

describe('the limits of connections', () => {
  test.each([Infinity, 30_512])('are all that is wanted, of %d open files', (openFiles) => {
    expect(fit(wanted, { openFiles })).toEqual({ limits: wanted, wantedFiles: 30_512, isLess: false });
  });

  test.each([30_511, 20_000, 4_096, 1_024, 256])('leave files for everything else, of %d open files', (openFiles) => {
    const { limits, isLess } = fit(wanted, { openFiles });
    expect(isLess).toBe(true);
    expect(sum(limits)).toBeLessThanOrEqual(openFiles - Math.min(512, openFiles / 2));
  });

  test.each([20_000, 4_096, 1_024, 256])('keep room for those who have logged in, of %d open files', (openFiles) => {
    const { https, mqtt } = fit(wanted, { openFiles }).limits;
    for (const { connections, unprovedConnections } of [https, mqtt]) {
      expect(connections - unprovedConnections).toBeGreaterThanOrEqual(Math.floor(connections / 2));
      expect(unprovedConnections).toBeGreaterThan(0);
    }
  });

  test('are smaller for an address where they are smaller for all', () => {
    const { mqtt } = fit(wanted, { openFiles: 1_024 }).limits;
    expect(mqtt.unprovedPerAddress).toBe(Math.ceil(mqtt.unprovedConnections / 4));
  });

  test('are no more than there are connections where nobody ever logs in', () => {
    const { metrics } = fit(wanted, { openFiles: 1_024 }).limits;
    expect(metrics.unprovedConnections).toBe(metrics.connections);
  });
});
