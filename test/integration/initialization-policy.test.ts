/** Initialization policies, evaluated by the real OPA in `init`. */
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { POLICY_LIMITS } from '../../src/launcher/init/policy/opa';
import { CAPABILITIES_PATH } from '../../src/launcher/init/policy/path';
import { ensureBinaries } from '../../src/local-cluster/binaries';
import { EXIT } from '../../src/protocol/exit-codes';
import { mountPolicy, RUN_OF_POLICY } from '../launcher/support/policies';
import { RunPod } from '../launcher/support/run-pod';

let opa: string;
beforeAll(async () => {
  ({ opa } = await ensureBinaries(['opa']));
}, 15 * 60_000);

let pod: RunPod;
afterEach(() => pod?.remove());

/** Begins a run of a pool with the policy; gives what `init` ended with. */
async function asked(rego: string, limits = POLICY_LIMITS): Promise<Error | undefined> {
  pod = await RunPod.create(RUN_OF_POLICY);
  await pod.source({ 'main.tf': 'resource' });
  const environment = await mountPolicy(pod, rego);
  return pod.init({}, environment, { opa, policyLimits: limits }).then(
    () => undefined,
    (error: Error) => error,
  );
}

const saidOf = (rule: string): string[] =>
  pod.api.logs.init.flatMap(({ text }) => {
    const beginning = `Initialization policy, ${rule}: `;
    return text.startsWith(beginning) ? [text.slice(beginning.length).trimEnd()] : [];
  });

const OLD = (rules: string): string => `package spacelift\n\n${rules}\n`;
const TODAY = (rules: string): string => `package spacelift\n\nimport rego.v1\n\n${rules}\n`;

describe('a policy denies a run', () => {
  test.each([
    ['by the documented rule', OLD('deny["you shall not pass"] { true }'), ['you shall not pass']],
    [
      'by messages that it makes up',
      OLD(
        'deny[sprintf("the image %s is not ours", [image])] { image := input.run.runtime_config.runner_image; not startswith(image, "other/") }',
      ),
      ['the image registry.example.com/runner:1 is not ours'],
    ],
    ['in the syntax of today', TODAY('deny contains "not today" if input.run.type == "TRACKED"'), ['not today']],
    ['in that syntax without its import', OLD('deny contains "not today" if { true }'), ['not today']],
    ['half way to that syntax', OLD('deny["not today"] if { true }'), ['not today']],
    ['by a rule without a message', OLD('deny { true }'), ['without a message']],
    ['with several messages', OLD('deny["b"] { true }\ndeny["a"] { true }'), ['a', 'b']],
    ['though it allows it', OLD('deny["no"] { true }\nallow { true }'), ['no']],
    ['because it allows none such', OLD('allow { input.run.triggered_by == "somebody" }'), ['no rule allows it']],
    ['because it allows none by default', TODAY('default allow := false'), ['no rule allows it']],
  ])('%s', async (_how, rego, denials) => {
    const ended = await asked(rego);
    const sentence = expect.stringMatching(
      `^The initialization policy of the pool denied the run: ${denials[0]!.replaceAll('.', '\\.')}`,
    );
    expect(ended).toMatchObject({ exitCode: EXIT.denied, message: sentence });
    expect(saidOf('deny')).toEqual(denials);
    expect(pod.api.outcomes).toMatchObject([{ reason: 'PolicyDenied', message: sentence }]);
    expect(pod.api.logs.init.at(-1)?.text).toContain('denied the run');
    // Nothing was laid down, or even fetched.
    expect(pod.api.requests).toEqual(['start', 'logs', 'outcome']);
    for (const folder of [pod.paths.workspace, pod.paths.exchange]) expect(existsSync(folder)).toBe(false);
  });
});

describe('a policy lets a run begin', () => {
  test.each([
    ['whose denial does not hold', OLD('deny["you shall not pass"] { false }'), {}],
    [
      'with a warning',
      TODAY('deny contains "x" if { false }\nwarn contains "late in the day"'),
      { warn: ['late in the day'] },
    ],
    ['that it allows', TODAY('allow contains "ci may" if input.run.creator.name == "ci"'), { allow: ['ci may'] }],
    [
      'that it has nothing to say of, with a warning',
      OLD('denny["x"] { true }'),
      { warn: ['the policy has no rule named deny or allow, so it denies nothing'] },
    ],
  ])('%s', async (_what, rego, { warn = [], allow = [] }: { warn?: string[]; allow?: string[] }) => {
    expect(await asked(rego)).toBeUndefined();
    expect({ warn: saidOf('warn'), allow: saidOf('allow'), deny: saidOf('deny') }).toEqual({ warn, allow, deny: [] });
    expect(pod.api.outcomes).toEqual([]);
    expect(existsSync(pod.paths.workspace)).toBe(true);
  });
});

describe('a run is refused with ConfigError by a policy that', () => {
  test.each([
    ['does not compile', OLD('deny["x"] { nonsense( }'), /OPA refuses it: line 3: .*unexpected/],
    ['does not compile in the syntax of today', TODAY('deny contains "x" if {'), /OPA refuses it: line \d+: /],
    ['is of another package', 'package opa\ndeny["x"] { true }', /Its package is opa; it must have the line/],
    ['is empty', '', /OPA refuses it/],
    ['reads what no run has', OLD('deny["x"] { input.run.colour == "red" }'), /undefined ref: input\.run\.colour/],
    [
      'asks the network',
      OLD('deny["x"] { http.send({"url": "http://example.com"}) }'),
      /undefined function http\.send/,
    ],
    ['asks a name server', OLD('deny["x"] { net.lookup_ip_addr("example.com") }'), /undefined function net\.lookup/],
    ['reads the environment', OLD('deny["x"] { opa.runtime().env.PATH }'), /undefined function opa\.runtime/],
    ['fails', OLD('deny["x"] { to_number(input.stack.name) == 1 }'), /OPA refuses it: line 3: .*to_number/],
    ['contradicts itself', OLD('deny = "a" { true }\ndeny = "b" { true }'), /OPA refuses it: line \d+: .*conflict/],
    ['denies a number', OLD('deny = 7 { true }'), /Its rule deny has the value 7/],
  ])('%s', async (_what, rego, says) => {
    const message = expect.stringMatching(says);
    expect(await asked(rego)).toMatchObject({ exitCode: EXIT.source, message });
    expect(pod.api.outcomes).toMatchObject([{ reason: 'ConfigError', message }]);
    expect(pod.api.logs.init.at(-1)?.text).toMatch(says);
    expect(existsSync(pod.paths.workspace)).toBe(false);
  });

  const ENDLESS = TODAY(
    'deny contains "x" if { some i in numbers.range(1, 3000); some j in numbers.range(1, 3000); some k in numbers.range(1, 3000); i * j * k == 0 }',
  );
  test('takes too long', async () => {
    expect(await asked(ENDLESS, { ...POLICY_LIMITS, withinMs: 4_000 })).toMatchObject({
      exitCode: EXIT.source,
      message: expect.stringContaining('It took longer than 4 s.'),
    });
    expect(pod.api.outcomes).toMatchObject([{ reason: 'ConfigError' }]);
  });

  test('takes too much memory', async () => {
    const tenfold = Array.from({ length: 10 }, (_, power) => `s${power + 1} := replace(s${power}, "a", "aaaaaaaaaa")`);
    const ended = await asked(OLD(`s0 := "a"\n${tenfold.join('\n')}\ndeny["x"] { count(s10) == 0 }`));
    expect(ended).toMatchObject({ exitCode: EXIT.source, message: expect.stringMatching(/needs more than 1024 MiB/) });
  });
});

test('a policy with the rule sample shows what it was asked and what it said, but no value of a variable', async () => {
  expect(await asked(OLD('sample { true }\ndeny["x"] { false }'))).toBeUndefined();
  const sample = pod.told.find((line) => line.startsWith('Sample of the initialization policy: '));
  expect(JSON.parse(sample?.replace('Sample of the initialization policy: ', '') ?? '')).toMatchObject({
    input: { run: { triggered_by: 'ci' }, docker_image: 'registry.example.com/runner:1', worker_version: '1.2.3' },
    outcome: 'allow',
    results: { deny: [[]], sample: [true] },
  });
  expect(sample).toContain('TF_VAR_token');
  expect(JSON.stringify([sample, pod.api.logs.init])).not.toContain('s3cret');
  expect(saidOf('sample')).toHaveLength(1);
});

test('the capabilities are those of this OPA, without what reaches the network or the process', async () => {
  const { stdout } = await promisify(execFile)(opa, ['capabilities', '--current'], { maxBuffer: 1024 * 1024 });
  const names = (text: string): string[] =>
    (JSON.parse(text) as { builtins: { name: string }[] }).builtins.map(({ name }) => name);
  const allowed = await readFile(CAPABILITIES_PATH, 'utf8');
  const missing = names(stdout).filter((name) => !names(allowed).includes(name));
  expect(missing.sort()).toEqual(['http.send', 'net.lookup_ip_addr', 'opa.runtime']);
  expect(JSON.parse(allowed)).toMatchObject({ allow_net: [] });
});
