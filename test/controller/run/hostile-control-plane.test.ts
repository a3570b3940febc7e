import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { WorkerPoolPod, WorkerPoolSpec } from '../../../src/api';
import { CONTAINER } from '../../../src/api/names';
import { POD_VARIABLE } from '../../../src/protocol/environment';
import { Assignment } from '../../../src/protocol/messages';
import { anAssignment, built } from './fixtures';

/** What a pool says of its Pods, with everything in it that a hostile word could try to replace. */
const POD: WorkerPoolPod = {
  serviceAccountName: 'runs',
  automountServiceAccountToken: false,
  runtimeClassName: 'gvisor',
  nodeSelector: { pool: 'runs' },
  labels: { team: 'infra' },
  annotations: { note: 'mine' },
  volumes: [{ name: 'scratch', emptyDir: {} }],
  workerContainer: { env: [{ name: 'REGION', value: 'eu' }], resources: { limits: { memory: '1Gi' } } },
  additionalSidecarContainers: [{ name: 'proxy', image: 'of-the-pool.test/proxy:1' }],
};

/** Texts that mean something to YAML, to shells, to the API server or to a path. */
const hostileText = fc.oneof(
  fc.string({ minLength: 1, unit: 'binary' }),
  fc.constantFrom(
    '../../kube-system',
    '$(id)',
    '$(SPACELIFT_RUN_ID)',
    '{"privileged":true}',
    'a\nhostPID: true',
    '-',
    '\0',
  ),
);
const ulid = fc.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/);
const positive = fc.integer({ min: 1, max: 2 ** 53 - 1 });

/** Any assignment that the protocol lets through, with keys that it does not have. */
const anything: fc.Arbitrary<unknown> = fc
  .record({
    runId: ulid,
    stage: fc.constantFrom('preparing', 'applying'),
    attempt: positive,
    fence: positive,
    runnerImage: fc.option(hostileText, { nil: undefined }),
    vendor: fc.constantFrom('opentofu', 'ansible'),
    launcherImage: hostileText,
    defaultRunnerImage: hostileText,
    startDeadline: fc.integer({ min: 0, max: 2 ** 53 - 1 }),
    started: fc.boolean(),
    stop: fc.option(fc.record({ reason: hostileText })),
  })
  .chain((known) =>
    fc
      .dictionary(
        fc.constantFrom('namespace', 'spec', 'serviceAccountName', 'volumes', 'securityContext', 'env'),
        fc.anything(),
      )
      .map((more) => ({ ...more, ...known })),
  );

/** Paths to all leaves of an object, with their values. */
function leavesOf(value: unknown, path = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map([[path, value]]);
  return new Map(Object.entries(value).flatMap(([key, part]) => [...leavesOf(part, `${path}/${key}`)]));
}

function differences(one: object, other: object): string[] {
  const [before, after] = [leavesOf(one), leavesOf(other)];
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path));
}

/** What an assignment decides of a Pod, as paths: its name and marks, three images, and what the launcher is told of it. */
function mayDiffer(pod: ReturnType<typeof built>): ReadonlySet<string> {
  const { initContainers, containers } = pod.spec;
  const ofContainers = Object.entries({ initContainers, containers }).flatMap(([list, all]) =>
    all.flatMap(({ name, env = [] }, index) => {
      if (!Object.values<string>(CONTAINER).includes(name)) return [];
      const told: readonly string[] = Object.values(POD_VARIABLE);
      const variables = env.flatMap((variable, at) => (told.includes(variable.name) ? [`env/${at}/value`] : []));
      return ['image', ...variables].map((part) => `/spec/${list}/${index}/${part}`);
    }),
  );
  const marks = ['stage', 'attempt', 'fence'].map((mark) => `annotations/workers.spacelift.io/${mark}`);
  return new Set([
    ...['name', 'labels/workers.spacelift.io/run-id', ...marks].map((part) => `/metadata/${part}`),
    ...ofContainers,
  ]);
}

const against = (
  spec: WorkerPoolSpec,
  pod: WorkerPoolPod,
  check: (parsed: Assignment, changed: string[]) => void,
): void => {
  const baseline = built(pod, anAssignment(), spec);
  const allowed = mayDiffer(baseline);
  fc.assert(
    fc.property(anything, (given) => {
      const parsed = Assignment.parse(given);
      const hostile = built(pod, parsed, spec);
      const changed = differences(baseline, hostile);
      expect(changed.filter((path) => !allowed.has(path))).toEqual([]);
      expect(hostile.metadata.name).toMatch(/^[0-9a-hjkmnp-tv-z]{26}-(preparing|applying)-\d{1,16}$/);
      check(parsed, changed);
    }),
    { numRuns: 500, seed: 1 },
  );
};

test('whatever a control plane assigns, the Pod differs in its name, its marks, its images and what the launcher is told alone', () => {
  against({}, POD, () => undefined);
});

test('a pool that names its images gives a control plane no say in what gets the token and the private key', () => {
  const named = { ...POD, launcherImage: 'of-the-pool.test/launcher:1' };
  against({}, named, (_, changed) => {
    expect(changed.filter((path) => /^\/spec\/(initContainers\/0|containers\/0)\/image$/.test(path))).toEqual([]);
  });
});
