import { createPrivateKey } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from '@jest/globals';
import { unseal } from '../../../src/protocol/sealing';
import { until } from '../../support/until';
import { RunPod, runSpec, step } from '../support/run-pod';

const PART = 100_000;
/** Packed, sealed and cut it makes six parts, the last one shorter. */
const PLAN = step('plan', 'head -c 520000 /dev/urandom >plan; echo THE-END >>plan; exit 2', [2]);

let pod: RunPod;
afterEach(() => pod.remove());

async function planned(partBytes: number | undefined = PART): Promise<RunPod> {
  const spec = runSpec([PLAN], { planStep: 'plan', ...(partBytes && { workspacePartBytes: partBytes }) });
  return (pod = await RunPod.ready(spec));
}

async function relayed(): Promise<void> {
  const relayed = pod.relay();
  pod.worker();
  await relayed;
}

/** The archive of the workspace that the control plane has at the end, as the pool opens it. */
async function kept(): Promise<string> {
  const key = createPrivateKey(Buffer.from(pod.credentials.privateKey, 'base64').toString());
  const archive = await buffer(Readable.from([pod.api.workspace]).pipe(unseal(key, () => true)));
  return gunzipSync(archive).toString('latin1');
}

const offsets = (upload: number): number[] => pod.api.uploads[upload]!.map(({ offset }) => offset);
const ALL = [0, PART, 2 * PART, 3 * PART, 4 * PART, 5 * PART];

test('a workspace is uploaded in parts, each once', async () => {
  await planned();
  await relayed();
  expect(pod.api.uploads).toHaveLength(1);
  expect(offsets(0)).toEqual(ALL);
  expect(pod.api.uploads[0]!.map(({ bytes }) => bytes.length).slice(0, -1)).toEqual(Array(5).fill(PART));
  expect(await kept()).toContain('THE-END');
  expect(pod.api.outcomes).toMatchObject([{ reason: 'Succeeded', hasChanges: true }]);
});

test('an upload that breaks off goes on with the part that it was at', async () => {
  const { api } = await planned();
  const faults = ['drop', 'drop', undefined, 'lose-answer'] as const;
  let met = 0;
  api.onPart = ({ number }) => (number >= 4 ? faults[met++] : undefined);
  await relayed();
  // The part whose answer was lost is sent again; nothing before it is.
  expect(offsets(0)).toEqual([...ALL, 5 * PART]);
  expect(api.uploads).toHaveLength(1);
  expect(await kept()).toContain('THE-END');
});

test('an upload that the control plane has lost is made again, sealed anew: no key seals two contents', async () => {
  const { api } = await planned();
  api.onPart = ({ upload, number }) => (upload === 0 && number === 3 ? 'upload-lost' : undefined);
  await relayed();
  expect([offsets(0), offsets(1)]).toEqual([ALL.slice(0, 3), ALL]);
  const [first, second] = api.uploads.map((parts) => parts[0]!.bytes.subarray(0, 400).toString('latin1'));
  expect(/"salt":"(.*?)"/.exec(first!)![1]).not.toBe(/"salt":"(.*?)"/.exec(second!)![1]);
  expect(await kept()).toContain('THE-END');
});

test('a control plane of before uploads in parts gets the workspace whole', async () => {
  await planned(0);
  await relayed();
  expect(pod.api.uploads).toEqual([]);
  expect(await kept()).toContain('THE-END');
});

test('a control plane without room is asked again, and the log says what the run waits for', async () => {
  const { api } = await planned();
  api.refusals.set('upload', 'no-space');
  const done = relayed();
  await until(() => api.text('system').includes('waits to be stored'), 'the line in the log');
  api.refusals.clear();
  await done;
  expect(api.text('system').match(/The workspace waits to be stored: the test refuses upload\.\n/g)).toHaveLength(1);
  expect(api.outcomes).toMatchObject([{ reason: 'Succeeded', hasChanges: true }]);
});
