import { expect, test } from '@jest/globals';
import { sections } from '../../../../src/control-plane/web/log/sections';
import type { LogRecord } from '../../../../src/control-plane/store/records';

const record = (step: string, text: string, attempt = 1, stream: LogRecord['stream'] = 'stdout'): LogRecord => ({
  id: 1,
  attempt,
  writer: 'relay',
  sequence: 1,
  time: 0,
  stream,
  step,
  text,
});

const shape = (log: LogRecord[]): unknown[] =>
  sections(log).map(({ step, attempt, records }) => [step, attempt, records.map(({ text }) => text).join('')]);

test.each([
  ['an empty log has none', [], []],
  ['lines of one step stay together', [record('plan', 'a\n'), record('plan', 'b\n')], [['plan', 1, 'a\nb\n']]],
  [
    'another step begins another',
    [record('init', 'a'), record('plan', 'b')],
    [
      ['init', 1, 'a'],
      ['plan', 1, 'b'],
    ],
  ],
  [
    'the same step of another attempt is another',
    [record('init', 'a'), record('init', 'b', 2)],
    [
      ['init', 1, 'a'],
      ['init', 2, 'b'],
    ],
  ],
  ['lines outside of steps stay together over attempts', [record('', 'a', 0), record('', 'b', 1)], [['', 0, 'ab']]],
  [
    'the line that only names the step goes',
    [record('plan', 'Step plan\n', 1, 'system'), record('plan', 'a')],
    [['plan', 1, 'a']],
  ],
  ['a step that said nothing yet is there', [record('plan', 'Step plan\n', 1, 'system')], [['plan', 1, '']]],
  ['a step that prints such a line keeps it', [record('plan', 'Step plan\n')], [['plan', 1, 'Step plan\n']]],
  [
    'a line with more than the name stays',
    [record('plan', 'Step plan\ntofu plan\n', 1, 'system')],
    [['plan', 1, 'Step plan\ntofu plan\n']],
  ],
])('%s', (_, log, expected) => {
  expect(shape(log)).toEqual(expected);
});
