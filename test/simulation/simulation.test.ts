import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { removeFolder, temporaryFolder } from '../support/folder';
import { bundleSimulation } from './bundle';
import { SimulationProcess, type Answer } from './fleet';

const SEEDS = ['7', '21'];

describe('the simulation', () => {
  let folder: string;
  let program: string;

  beforeAll(async () => {
    folder = temporaryFolder();
    program = join(folder, 'simulation.mjs');
    await bundleSimulation(program);
  });

  afterAll(() => removeFolder(folder));

  /** In a process of its own, and in the order given. */
  async function explained(seeds: readonly string[]): Promise<ReadonlyMap<string, Answer>> {
    const simulation = await SimulationProcess.start(program);
    try {
      const answers = new Map<string, Answer>();
      for (const seed of seeds) answers.set(seed, await simulation.ask({ ask: 'explain', seed, shrinks: false }));
      return answers;
    } finally {
      simulation.end();
    }
  }

  test('gives the same timeline for the same seed, in whatever process and after whatever other seeds', async () => {
    const [one, other] = await Promise.all([explained(SEEDS), explained([...SEEDS].reverse())]);
    for (const seed of SEEDS) expect(other.get(seed)).toEqual(one.get(seed));
    expect(one.get('7')).toMatchObject({ answer: 'explained', text: expect.stringMatching(/became the leader/) });
  }, 60_000);
});
