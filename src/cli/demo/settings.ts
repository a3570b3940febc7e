import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImageSpec } from '../../local-cluster';

/** The checkout: the demo builds from its sources. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export const DEMO = {
  controlPlane: { namespace: 'worker-pools', name: 'control-plane', apiKeySecret: 'control-plane-api-key' },
  operator: {
    namespace: 'spacelift-worker-controller-system',
    release: 'spacelift-workerpool-controller',
    chart: join(ROOT, 'charts', 'spacelift-workerpool-controller'),
  },
  pool: { namespace: 'default', name: 'demo', size: 2 },
  stack: { name: 'hello', source: join(ROOT, 'examples', 'stacks', 'hello') },
  nodePort: 30443,
} as const;

const image = (name: string): ImageSpec => ({
  name,
  dockerfile: join(ROOT, 'images', name, 'Dockerfile'),
  context: ROOT,
});

export const IMAGES = ['controller', 'launcher', 'control-plane', 'runner'].map(image);
