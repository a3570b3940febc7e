import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { TestControlPlane } from '../control-plane/support/control-plane';
import { installCrds, PoolObjects, startController, type RunningController } from '../support/controlled-pool';
import { createNamespace } from '../support/kube';

export const POOL = 'pool';

/** For the tests of a file: the CRDs and a control plane. */
export function forFile(): { readonly controlPlane: TestControlPlane } {
  const made = {} as { controlPlane: TestControlPlane };
  beforeAll(async () => {
    await installCrds();
    made.controlPlane = await TestControlPlane.start();
  });
  afterAll(() => made.controlPlane.close());
  return made;
}

/** For each test: the objects of a namespace of its own. */
export function forTest(prefix: string): { readonly objects: PoolObjects } {
  const made = {} as { objects: PoolObjects };
  beforeEach(async () => {
    made.objects = new PoolObjects(await createNamespace(prefix));
  });
  return made;
}

/** For each test: a controller for that namespace, which the test may start anew. */
export function withController(test: { readonly objects: PoolObjects }) {
  let controller: RunningController;
  const start = async () => {
    controller = await startController(test.objects.namespace);
  };
  beforeEach(start);
  afterEach(() => controller.stop());
  return {
    restart: async (meanwhile: () => unknown): Promise<void> => {
      await controller.stop();
      await meanwhile();
      await start();
    },
  };
}
