import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { judge, parseWaivers, type Finding, type Waiver } from '../../../../src/cli/dev/conformance/findings';

const finding: Finding = {
  tool: 'kube-score',
  rule: 'container-resources',
  object: 'Deployment/example-controller-manager',
  input: 'synth/operator.k8s.yaml',
  message: 'manager: CPU limit is not set',
};
const waiver: Waiver = { tool: 'kube-score', rule: 'container-resources', object: 'Deployment/*', reason: 'As said.' };

describe('a waiver', () => {
  test.each<[string, Partial<Waiver>, boolean]>([
    ['covers what it names', { object: finding.object }, true],
    ['covers any characters by a star', { object: 'Deployment/*-manager' }, true],
    ['covers only findings that say its message', { message: '*: CPU limit *' }, true],
    ['does not cover another message', { message: '*: memory limit *' }, false],
    ['does not cover another tool', { tool: 'kubeconform' }, false],
    ['does not cover another rule', { rule: 'pod-networkpolicy' }, false],
    ['does not cover a name that only begins alike', { object: 'Deployment/example' }, false],
    ['takes a dot for a dot', { object: 'Deployment/example.controller-manager' }, false],
  ])('%s', (_sentence, change, covered) => {
    const given = { ...waiver, ...change };
    const none = { open: [], waived: [], unused: [] };
    expect(judge([finding], [given])).toEqual(
      covered ? { ...none, waived: [finding] } : { ...none, open: [finding], unused: [given] },
    );
  });

  test('is unused once nothing needs it', () => {
    expect(judge([], [waiver]).unused).toEqual([waiver]);
  });

  test('is used also where another covers the same finding', () => {
    expect(judge([finding], [waiver, { ...waiver, object: finding.object }]).unused).toEqual([]);
  });
});

describe("the waivers' file", () => {
  const text = (entry: object): string => JSON.stringify([waiver, entry]);

  test.each([
    ['without a reason', text({ ...waiver, reason: ' ' }), 'waiver 2 has no reason'],
    ['without an object', text({ tool: 'a', rule: 'b', reason: 'c' }), 'waiver 2 has no object'],
    ['with a key that means nothing', text({ ...waiver, until: 2030 }), 'waiver 2 has the unknown key until'],
    ['that is no map', JSON.stringify(['kube-score']), 'waiver 1 has no tool'],
  ])('refuses a waiver %s', (_what, content, message) => {
    expect(() => parseWaivers(content)).toThrow(message);
  });

  test('may be empty', () => {
    expect(parseWaivers('# nothing\n')).toEqual([]);
  });

  test('that is committed can be read, and each reason is a sentence', () => {
    const waivers = parseWaivers(readFileSync('src/cli/dev/conformance/waivers.yaml', 'utf8'));
    expect(waivers.map(({ reason }) => reason).filter((reason) => !/^[A-Z].*\.$/s.test(reason.trim()))).toEqual([]);
  });
});
