import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { carryOutAll } from './fixtures/carry-out';
import { loadTestImages } from './fixtures/images';
import type { Props } from './fixtures/scene';
import { PodWebhooks } from './fixtures/webhook';
import { NAME, type Installation } from './installation';
import { OUTCOMES } from './outcomes';
import { SURROUNDINGS } from './surroundings';

const MINUTE = 60_000;
/** Of the control plane, which has 15 minutes: some of the fixtures wait for it. */
const START_DEADLINE_SECONDS = 100;

/** All fixtures at once, on the demo's control plane and operator. */
export function itEndsAsItShould(installation: () => Installation): void {
  let results: ReadonlyMap<string, Promise<void>>;
  let webhooks: PodWebhooks | undefined;

  beforeAll(async () => {
    const { demo } = installation();
    const images = await loadTestImages(demo.cluster);
    webhooks = await PodWebhooks.start(NAME, images);
    await installation().setStartDeadline(START_DEADLINE_SECONDS);
    const props: Props = { installation: installation(), webhooks, images };
    results = carryOutAll([...OUTCOMES, ...SURROUNDINGS], props);
  }, 5 * MINUTE);

  afterAll(async () => {
    await Promise.allSettled([...(results?.values() ?? [])]);
    await webhooks?.close();
  }, 10 * MINUTE);

  const carriesOut = (name: string): Promise<void> => results.get(name) ?? Promise.reject(new Error(name));
  describe('ends as', () => {
    for (const { name } of OUTCOMES) it(name, () => carriesOut(name), 10 * MINUTE);
  });
  describe('among odd things', () => {
    for (const { name } of SURROUNDINGS) it(name, () => carriesOut(name), 10 * MINUTE);
  });
}
