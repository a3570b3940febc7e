import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { SharedValues } from '../../../src/controller/runtime/shared-values';
import { errorFromAnswer, KubeError } from '../../../src/controller/runtime/errors';
import type { HttpRequest, Transport } from '../../../src/controller/runtime/transport';
import { readWatch } from '../../../src/controller/runtime/watch-stream';
import {
  attemptOf,
  disruption,
  fenceOf,
  hasLimitOfNamespace,
  isLive,
  outcomeOf,
  startProblem,
  type RunPod,
} from '../../../src/controller/run';
import { workerIdOf, workerKeyOf } from '../../../src/controller/resources';
import { trimRunPod } from '../../../src/controller/trim';
import { PolicyError } from '../../../src/launcher/init/policy/policy-error';
import { verdictOf, type RuleValues } from '../../../src/launcher/init/policy/verdict';
import { LONGEST_PAUSE_SECONDS } from '../../../src/time';
import { parser, type Parser } from '../support/parser';
import { nearly, nearlyBytes, nearlyJson, times } from '../support/nearly';

const EVENT = { type: 'MODIFIED', object: { metadata: { name: 'a', resourceVersion: '1' }, spec: {} } };
const ERROR = { type: 'ERROR', object: { code: 410, reason: 'Expired', message: 'too old' } };
const STATUS = {
  kind: 'Status',
  reason: 'TooManyRequests',
  message: 'later',
  details: { retryAfterSeconds: 1, causes: [] },
};

/** What a request over a connection that gives these bytes sees. */
async function watched(bytes: Buffer): Promise<number> {
  const body = Readable.from([bytes.subarray(0, 20), bytes.subarray(20)]);
  const transport = { send: () => Promise.resolve({ status: 200, body }) } as unknown as Transport;
  const request = { method: 'GET', path: '/api/v1/pods' } as HttpRequest;
  let events = 0;
  for await (const event of readWatch(transport, request)) events += Object.keys(event).length;
  return events;
}

/** Text that an admission webhook, a kubelet or a person may have written into a Pod. */
const text = nearly(
  'ImagePullBackOff',
  'Back-off pulling image "x"',
  'LimitRanger plugin set: memory limit for container worker',
  'The node was low on resource: memory.',
);
const state = fc.oneof(
  fc.record({ waiting: fc.record({ reason: text, message: text }, { requiredKeys: [] }) }),
  fc.record({ running: fc.record({ startedAt: text }, { requiredKeys: [] }) }),
  fc.record({
    terminated: fc.record(
      { exitCode: fc.integer({ min: 0, max: 255 }), reason: text, message: text, startedAt: text },
      { requiredKeys: ['exitCode'] },
    ),
  }),
);
const name = fc.constantFrom('init', 'launcher-grpc', 'worker', 'sidecar');
const statuses = fc.array(fc.record({ name, state, started: fc.boolean() }, { requiredKeys: ['name'] }), {
  maxLength: 4,
});
const container = fc.record({ name, image: text, restartPolicy: fc.constant('Always') }, { requiredKeys: ['name'] });
const key = fc.constantFrom(
  'workers.spacelift.io/fence',
  'workers.spacelift.io/run-id',
  'kubernetes.io/limit-ranger',
  'x',
);

/** As the API server takes them: what has a type has it, all else is anybody's. */
const pod = fc.record({
  metadata: fc.record(
    {
      name: nearly('01hps6xb76j1jb3ehsk4awe5ab-preparing-2'),
      uid: fc.constant('uid'),
      labels: fc.dictionary(key, text),
      annotations: fc.dictionary(key, text),
      deletionTimestamp: text,
      ownerReferences: fc.array(
        fc.record(
          { kind: text, name: text, uid: text, controller: fc.boolean() },
          { requiredKeys: ['kind', 'name', 'uid'] },
        ),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: ['name', 'uid'] },
  ),
  spec: fc.record(
    {
      initContainers: fc.array(container, { maxLength: 2 }),
      containers: fc.array(container, { minLength: 1, maxLength: 3 }),
      nodeName: text,
      activeDeadlineSeconds: fc.nat(),
    },
    { requiredKeys: ['containers'] },
  ),
  status: fc.record(
    {
      phase: fc.constantFrom('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'),
      reason: text,
      message: text,
      conditions: fc.array(
        fc.record(
          { type: text, status: text, reason: text, message: text, lastTransitionTime: text },
          { requiredKeys: ['type', 'status'] },
        ),
        { maxLength: 3 },
      ),
      containerStatuses: statuses,
      initContainerStatuses: statuses,
    },
    { requiredKeys: [] },
  ),
});
const REF = { namespace: 'team', name: 'pool' };

export const CLUSTER: readonly Parser[] = [
  parser({
    name: 'a watch of the API server',
    given: nearlyBytes(
      Buffer.from([EVENT, EVENT, ERROR].map((one) => `${JSON.stringify(one)}\n`).join('')),
      Buffer.from('null\n[]\n1\n""\n'),
    ),
    parse: watched,
    refusesWith: [KubeError],
    growing: [
      { title: 'a line', of: (length) => Buffer.from(`${JSON.stringify({ ...EVENT, more: times('x', length) })}\n`) },
      { title: 'lines', of: (length) => Buffer.from(times(`${JSON.stringify(EVENT)}\n`, length)) },
    ],
  }),
  parser({
    name: 'a refusal of the API server (Retry-After)',
    given: fc.tuple(
      nearly(JSON.stringify(STATUS), '<html>'),
      fc.option(nearly('7', '1e99', '-1', 'Wed, 21 Oct 2026 07:28:00 GMT'), { nil: undefined }),
    ),
    parse: ([body, retryAfter]) => errorFromAnswer('GET /api/v1/pods', 429, body, retryAfter),
    check: (error) => {
      const { retryAfterSeconds: seconds = 0 } = error as KubeError;
      if (!(seconds >= 0 && seconds <= LONGEST_PAUSE_SECONDS)) throw new Error(`a pause of ${seconds} s`);
    },
    growing: [{ title: 'a page', of: (length) => [times('<p> ', length), undefined] as [string, undefined] }],
  }),
  parser({
    name: 'a run Pod as the cache keeps it',
    given: pod as unknown as fc.Arbitrary<RunPod>,
    parse: (given) => {
      const kept = trimRunPod(given, new SharedValues());
      return [
        attemptOf(kept),
        fenceOf(kept),
        isLive(kept),
        disruption(kept),
        outcomeOf(kept, REF),
        startProblem(kept, REF),
        workerKeyOf(kept),
        workerIdOf(kept as never),
        hasLimitOfNamespace(kept, 'worker'),
      ];
    },
    growing: [
      {
        title: 'a message',
        of: (length) => ({
          metadata: { name: 'a' },
          spec: { initContainers: [], containers: [] },
          status: { message: times('limit for container ', length), containerStatuses: [] },
        }),
      },
      {
        title: 'an annotation',
        of: (length) => ({
          metadata: { name: 'a', annotations: { 'kubernetes.io/limit-ranger': times('memory, ', length) } },
          spec: { initContainers: [], containers: [] },
        }),
      },
    ],
  }),
  parser({
    name: 'what a policy says',
    given: nearlyJson({
      deny: [['no', 'never']],
      warn: [{ a: true }],
      allow: [true],
      sample: [],
    }) as fc.Arbitrary<RuleValues>,
    parse: (results) => {
      // As init hands it over: a list for each rule.
      const lists = Object.fromEntries(
        ['deny', 'warn', 'allow', 'sample'].map((rule) => [rule, [results?.[rule as 'deny']].flat()]),
      );
      return verdictOf(lists as unknown as RuleValues, new Set(['deny', 'allow']));
    },
    refusesWith: [PolicyError],
    check: (verdict) => {
      const { denials, warnings } = verdict as { denials: unknown[]; warnings: unknown[] };
      if ([...denials, ...warnings].some((said) => typeof said !== 'string'))
        throw new Error('a message that is no text');
    },
    growing: [
      {
        title: 'messages',
        of: (length) => ({ deny: [Array<string>(length).fill('no')], warn: [], allow: [], sample: [] }),
        from: 16_000,
      },
    ],
  }),
];
