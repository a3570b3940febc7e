import { expect, test } from '@jest/globals';
import { changedTool, toolSettings, type ToolSettings } from '../../../src/control-plane/admin/tool-settings';
import type { StackRecord } from '../../../src/control-plane/store/records';

const TOFU = { tool: 'OPENTOFU', toolVersion: null, playbook: null, managesState: true } as const;
const ANSIBLE = { tool: 'ANSIBLE', toolVersion: null, playbook: 'playbook.yml', managesState: false } as const;

test.each<[ToolSettings, object]>([
  [{ tool: 'OPENTOFU' }, TOFU],
  [
    { tool: 'OPENTOFU', toolVersion: '1.10.6', playbook: '' },
    { ...TOFU, toolVersion: '1.10.6' },
  ],
  [
    { tool: 'TERRAFORM', managesState: false },
    { ...TOFU, tool: 'TERRAFORM', managesState: false },
  ],
  [{ tool: 'ANSIBLE' }, ANSIBLE],
  [
    { tool: 'ANSIBLE', playbook: './plays//site.yml', managesState: true },
    { ...ANSIBLE, playbook: 'plays/site.yml' },
  ],
])('a new stack of %j is %j', (given, expected) => {
  expect(toolSettings(given)).toEqual(expected);
});

test.each<[ToolSettings, string]>([
  [{ tool: 'OPENTOFU', playbook: 'site.yml' }, 'only Ansible has a playbook'],
  [{ tool: 'ANSIBLE', toolVersion: '2.19.0' }, 'Ansible comes with the runner image'],
  [{ tool: 'ANSIBLE', playbook: '../site.yml' }, 'playbook "../site.yml" is not allowed'],
  [{ tool: 'ANSIBLE', playbook: '/site.yml' }, 'is not allowed: a file of the project'],
  [{ tool: 'ANSIBLE', playbook: '--syntax-check' }, 'whose name begins with no dash'],
  [{ tool: 'ANSIBLE', playbook: 'plays/' }, 'is not allowed: a file of the project'],
  [{ tool: 'ANSIBLE', playbook: 'a\nb' }, 'is not allowed'],
])('a stack of %j is refused', (given, sentence) => {
  expect(() => toolSettings(given)).toThrow(sentence);
});

const stack = (settings: object): StackRecord => ({ name: 'stack', ...settings }) as StackRecord;

test.each<[string, object, Partial<ToolSettings>, object]>([
  ['keeps its playbook', { ...ANSIBLE, playbook: 'site.yml' }, {}, { ...ANSIBLE, playbook: 'site.yml' }],
  ['takes another playbook', ANSIBLE, { playbook: 'site.yml' }, { ...ANSIBLE, playbook: 'site.yml' }],
  ['leaves its playbook behind with Ansible, and keeps a state', ANSIBLE, { tool: 'OPENTOFU' }, TOFU],
  ['has a playbook with Ansible, and no state', TOFU, { tool: 'ANSIBLE' }, ANSIBLE],
  ['keeps its version', { ...TOFU, toolVersion: '1.10.6' }, {}, { ...TOFU, toolVersion: '1.10.6' }],
  ['keeps that it keeps no state', { ...TOFU, managesState: false }, {}, { ...TOFU, managesState: false }],
])('a stack that is changed %s', (_, before, change, after) => {
  expect(changedTool(stack(before), change)).toEqual(after);
});

test('a version goes with its tool alone', () => {
  const before = stack({ ...TOFU, toolVersion: '1.10.6' });
  expect(() => changedTool(before, { tool: 'ANSIBLE' })).toThrow('names version 1.10.6 of another tool');
  expect(changedTool(before, { tool: 'ANSIBLE', toolVersion: '' })).toEqual(ANSIBLE);
});
