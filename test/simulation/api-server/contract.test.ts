import { describe, expect, test } from '@jest/globals';
import { CONTRACT } from './contract/cases';
import { Lab } from './contract/lab';
import { simulatedServer } from './contract/simulated';

describe.each(Object.entries(CONTRACT))('%s of the simulated API server', (_, cases) => {
  test.each(cases)('$title', async ({ run, sees }) => {
    expect(await run(new Lab(simulatedServer()))).toEqual(sees);
  });
});
