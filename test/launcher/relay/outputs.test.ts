import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { outputsInWords } from '../../../src/launcher/relay/tell';
import { LONGEST_OUTPUT, MOST_OUTPUTS, type RunSpec } from '../../../src/protocol/messages';
import { RunPod, runSpec, SHELLS, step } from '../support/run-pod';

let pod: RunPod;
afterEach(() => pod.remove());

const SECRET = 'hunter2-is-a-value';

/** As `output -json` of the tool has it, blanks included. */
const OUTPUTS = `{
  "big": { "sensitive": false, "type": "number", "value": 12345678901234567890 },
  "list": { "sensitive": false, "type": ["list", "string"], "value": [ "a b", "{\\"" ] },
  "password": { "sensitive": true, "type": "string", "value": "${SECRET}" },
  "zone": { "sensitive": false, "type": "string", "value": "eu-west-1" }
}`;

const LETS_OUT = { SPACELIFT_SENSITIVE_OUTPUT_UPLOAD_ENABLED: 'true' };

/** A run in whose folder lies what the tool would print. */
async function applied(
  printed = OUTPUTS,
  { showOutputsCommand = 'cat outputs.json', exitCode = 0, ...more }: Partial<RunSpec> & { exitCode?: number } = {},
) {
  const apply = step('apply', `echo applied; exit ${exitCode}`, [2]);
  pod = await RunPod.ready(runSpec([apply], { showOutputsCommand, ...more }));
  await writeFile(join(pod.paths.workspace, 'outputs.json'), printed);
  return pod;
}

async function carryOut(environment: Readonly<Record<string, string>> = {}, ...shell: readonly string[]) {
  const relayed = pod.relay();
  const worker = pod.worker(environment, shell.length > 0 ? shell : ['dash'], '0.01');
  await relayed;
  return worker.exitCode;
}

const output = (name: string, value: unknown, sensitive = false): string =>
  JSON.stringify({ [name]: { sensitive, value } });

describe('the outputs of a stack', () => {
  test.each(SHELLS)('are told by %s before the outcome, and of sensitive ones the names alone', async (...shell) => {
    const { api } = await applied();
    expect(await carryOut({}, ...shell)).toBe(0);
    expect(api.outputs).toMatchObject([
      {
        outputs: [
          { name: 'big', sensitive: false, value: '12345678901234567890' },
          { name: 'list', sensitive: false, value: '["a b","{\\""]' },
          { name: 'password', sensitive: true, value: null, withheld: 'sensitive' },
          { name: 'zone', sensitive: false, value: '"eu-west-1"' },
        ],
        isCut: false,
      },
    ]);
    expect(JSON.stringify([api.outputs, api.logs])).not.toContain(SECRET);
    expect(api.requests.indexOf('outputs')).toBeLessThan(api.requests.indexOf('outcome'));
    expect(api.text('system')).toContain(
      'Outputs: the values of 3 of 4 were taken. Sensitive, and therefore kept in the Pod',
    );
    expect(api.outcomes).toMatchObject([{ reason: 'Succeeded' }]);
  });

  test('are told whole where the pool lets sensitive ones out, and shown in no log', async () => {
    const { api } = await applied();
    await carryOut(LETS_OUT);
    const [password] = api.outputs[0]!.outputs.filter(({ name }) => name === 'password');
    expect(password).toEqual({ name: 'password', sensitive: true, value: JSON.stringify(SECRET) });
    expect(JSON.stringify(api.logs)).not.toContain(SECRET);
  });

  test.each([
    ['the pool wants masked', { environment: { NAME: 'eu-west-1' } }, { SPACELIFT_MASK_ENVS: 'NAME' }],
    ['another stack handed over as sensitive', { environment: { NAME: 'eu-west-1' }, masked: ['NAME'] }, {}],
  ])('that hold what %s count as sensitive', async (_, spec, environment) => {
    const { api } = await applied(output('address', 'db.eu-west-1.example'), spec);
    await carryOut(environment);
    expect(api.outputs[0]!.outputs).toEqual([{ name: 'address', sensitive: true, value: null, withheld: 'sensitive' }]);
  });

  test('of which the tool does not say whether they are sensitive are', async () => {
    const { api } = await applied('{"a":{"value":1}}');
    await carryOut();
    expect(api.outputs[0]!.outputs).toMatchObject([{ sensitive: true, value: null }]);
  });

  test('are bounded in number, each, and together', async () => {
    const some = Array.from({ length: MOST_OUTPUTS.outputs + 5 }, (_, at) => [
      `of_${at}`,
      { sensitive: false, value: 'x'.repeat(at === 0 ? LONGEST_OUTPUT : 2000) },
    ]);
    const { api } = await applied(JSON.stringify(Object.fromEntries(some)));
    await carryOut();
    const [{ outputs, isCut } = { outputs: [], isCut: false }] = api.outputs;
    expect([outputs.length, isCut]).toEqual([MOST_OUTPUTS.outputs, true]);
    expect(outputs[0]).toEqual({ name: 'of_0', sensitive: false, value: null, withheld: 'too-large' });
    const values = outputs.flatMap(({ value }) => value ?? []);
    expect(values.join('').length).toBeLessThanOrEqual(MOST_OUTPUTS.bytes);
    expect(values.length).toBeGreaterThan(200);
  });

  test.each([
    { what: 'a plan has changes that are still to be applied', exitCode: 2, planStep: 'apply' },
    { what: 'a step fails', exitCode: 1, planStep: null },
  ])('are not asked for when $what', async ({ exitCode, planStep }) => {
    const { api } = await applied(OUTPUTS, { exitCode, planStep });
    await carryOut();
    expect(api.requests).not.toContain('outputs');
    expect(api.text('system')).not.toContain('outputs were not taken');
  });
});

describe('a run has its success, and its log says that its outputs were not taken, when', () => {
  const WHY = 'The outputs were not taken: the command that shows the outputs';

  test.each([
    ['the command fails', 'echo nonsense; exit 3', `${WHY} ended with exit code 3.`],
    ['it prints something behind them', 'echo "{}{}"', `${WHY} ended with exit code 0.`],
    [
      'it prints a value that is no JSON',
      `echo '{"a":{"sensitive":false,"value":[1,]}}'`,
      `${WHY} ended with exit code 0.`,
    ],
    ['it ends in its midst', `printf '{"a":{"val'`, `${WHY} ended with exit code 0.`],
    ['it does not end', 'exec sleep 600', `${WHY} ended with exit code 137.`],
  ])('%s', async (_, showOutputsCommand, sentence) => {
    const { api } = await applied(OUTPUTS, { showOutputsCommand });
    expect(await carryOut()).toBe(0);
    expect(api.outputs).toEqual([]);
    expect(api.text('system')).toContain(`${sentence}\n`);
    expect(api.outcomes).toMatchObject([{ reason: 'Succeeded' }]);
  });

  test('the control plane does not take them', async () => {
    const { api } = await applied();
    api.refusals.set('outputs', 'malformed');
    await carryOut();
    expect(api.text('system')).toContain('The outputs were not taken: the test refuses outputs.\n');
    expect(api.outcomes).toMatchObject([{ reason: 'Succeeded' }]);
  });
});

test('values that another stack handed over as sensitive, and each text in them, are not in the log', async () => {
  const value = JSON.stringify({ user: 'the-user-name', password: `$\${${SECRET}}` });
  const print = step('print', `echo "$DB"; echo the-user-name; echo '\${${SECRET}}'`);
  pod = await RunPod.ready(runSpec([print], { environment: { DB: value, PIN: 'ab' }, masked: ['DB', 'PIN'] }));
  await carryOut();
  const { api } = pod;
  expect(api.text('stdout')).toBe('***\n***\n***\n');
  expect(api.text('system')).toContain(
    'The value of PIN, a sensitive output of another stack, or a part of it, is too short',
  );
});

test('what became of the outputs is said by their names, of which ten stand for all', () => {
  const named = (name: string, withheld?: 'sensitive' | 'too-large') => ({
    ...{ name, sensitive: withheld === 'sensitive', value: withheld ? null : '1' },
    ...(withheld && { withheld }),
  });
  const many = Array.from({ length: 12 }, (_, at) => named(`s${at}`, 'sensitive'));
  const outputs = [named('a'), named('long', 'too-large'), ...many];
  expect(outputsInWords({ outputs, isCut: true })).toBe(
    'Outputs: the values of 1 of 14 were taken. Sensitive, and therefore kept in the Pod (SPACELIFT_SENSITIVE_OUTPUT_UPLOAD_ENABLED of the pool lets them out): s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 and 2 more. Too large: long. There are more than are taken of a stack.',
  );
});
