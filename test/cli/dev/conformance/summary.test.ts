import { describe, expect, test } from '@jest/globals';
import type { Finding, Waiver } from '../../../../src/cli/dev/conformance/findings';
import { summary } from '../../../../src/cli/dev/conformance/summary';

const finding: Finding = { tool: 'kubeconform', rule: 'schema', object: 'Pod/a', input: 'a.yaml', message: 'wrong' };
const reports = [{ tool: 'kubeconform', version: '0.8.0', checked: '2 objects', findings: [] }];

describe('the summary', () => {
  test('says a finding once, with everything that has it', () => {
    const open = [finding, { ...finding, input: 'b.yaml' }];
    expect(summary(reports, { open, waived: [], unused: [] })).toBe(
      [
        'kubeconform: Pod/a: schema',
        '  wrong',
        '  in a.yaml, b.yaml',
        '',
        'tool         version  checked    findings  waived',
        'kubeconform  0.8.0    2 objects  2         0',
      ].join('\n'),
    );
  });

  test('asks to take out a waiver that nothing needs', () => {
    const unused: Waiver[] = [{ tool: 'kubeconform', rule: 'schema', object: 'Pod/*', reason: 'Once.' }];
    expect(summary(reports, { open: [], waived: [], unused })).toContain(
      'The waiver of kubeconform schema for Pod/* is not needed any more: take it out.',
    );
  });
});
