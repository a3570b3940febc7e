import { describe, expect, test } from '@jest/globals';
import { capacityOfProcess, fit, MEMORY } from '../../../src/control-plane/admission/capacity';

const wanted = {
  https: { connections: 20_000, unprovedConnections: 2_000 },
  mqtt: { connections: 8_000, unprovedConnections: 2_000, unprovedPerAddress: 500 },
  metrics: { connections: 2_000, unprovedConnections: 2_000 },
};

const sum = (limits: Readonly<Record<string, { readonly connections: number }>>): number =>
  Object.values(limits).reduce((all, { connections }) => all + connections, 0);

const GIB = 1024 ** 3;
const enough = { openFiles: Infinity, memoryBytes: 4 * GIB };

test('what this process may have is known where the system says it', () => {
  const { openFiles, memoryBytes } = capacityOfProcess();
  expect(openFiles).toBeGreaterThan(255);
  expect(memoryBytes).toBeGreaterThan(GIB / 8);
  expect(memoryBytes).toBeLessThan(Infinity);
});

describe('the limits of connections', () => {
  test.each([Infinity, 30_512])('are all that is wanted, of %d open files', (openFiles) => {
    const { limits, needed, scarce } = fit(wanted, { ...enough, openFiles });
    expect(limits).toEqual(wanted);
    expect(needed.openFiles).toBe(30_512);
    expect(scarce).toBeUndefined();
  });

  test.each([30_511, 20_000, 4_096, 1_024, 256])('leave files for everything else, of %d open files', (openFiles) => {
    const { limits, scarce } = fit(wanted, { ...enough, openFiles });
    expect(scarce).toBe('openFiles');
    expect(sum(limits)).toBeLessThanOrEqual(openFiles - Math.min(512, openFiles / 2));
  });

  test.each([2, 1, 0.5])('leave memory for everything else, of %d GiB', (gib) => {
    const { limits, scarce } = fit(wanted, { ...enough, memoryBytes: gib * GIB });
    expect(scarce).toBe('memoryBytes');
    expect(sum(limits) * MEMORY.connectionBytes).toBeLessThanOrEqual(gib * GIB - MEMORY.besideBytes);
    expect(sum(limits)).toBeGreaterThan(2_000);
  });

  test.each([20_000, 4_096, 1_024, 256])('keep room for those who have logged in, of %d open files', (openFiles) => {
    const { https, mqtt } = fit(wanted, { ...enough, openFiles }).limits;
    for (const { connections, unprovedConnections } of [https, mqtt]) {
      expect(connections - unprovedConnections).toBeGreaterThanOrEqual(Math.floor(connections / 2));
      expect(unprovedConnections).toBeGreaterThan(0);
    }
  });

  test('are smaller for an address where they are smaller for all', () => {
    const { mqtt } = fit(wanted, { ...enough, openFiles: 1_024 }).limits;
    expect(mqtt.unprovedPerAddress).toBe(Math.ceil(mqtt.unprovedConnections / 4));
  });

  test('are no more than there are connections where nobody ever logs in', () => {
    const { metrics } = fit(wanted, { ...enough, openFiles: 1_024 }).limits;
    expect(metrics.unprovedConnections).toBe(metrics.connections);
  });
});
