import { expect, test } from '@jest/globals';
import { formatPlace, LogPainter, parsePlace } from '../../../../src/control-plane/web/log/painter';
import { PLAIN } from '../../../../src/control-plane/web/log/style';
import type { LogRecord } from '../../../../src/control-plane/store/records';

const record = (id: number, text: string, step = 'plan'): LogRecord => ({
  id,
  attempt: 1,
  writer: 'relay',
  sequence: id,
  time: 0,
  stream: 'stdout',
  step,
  text,
});

const paint = async (painter: LogPainter, ...records: LogRecord[]): Promise<string> =>
  String(await painter.paint(records, true));

test('a colour goes on in the next part of a log', async () => {
  const painter = new LogPainter({ after: 0, style: PLAIN });
  expect(await paint(painter, record(1, '\u001b[1;31mred\n'))).toContain('<span class="bold c1">red\n</span>');
  const place = formatPlace(painter.place);
  expect(place).toBe('1.1;31');
  expect(await paint(new LogPainter(parsePlace(place)!), record(2, 'still\n'))).toContain(
    '<span class="bold c1">still\n</span>',
  );
});

test('a colour ends with its step', async () => {
  const painter = new LogPainter({ after: 0, style: PLAIN });
  expect(await paint(painter, record(1, '\u001b[31mred\n', 'init'), record(2, 'plain\n', 'plan'))).toMatch(
    /<pre[^>]*>plain\n/,
  );
});

test('a log is cut into blocks at ends of lines', async () => {
  const painter = new LogPainter({ after: 0, style: PLAIN });
  const text = Array.from({ length: 450 }, (_, at) => `line ${at}\n`).join('');
  const blocks = [
    ...(await paint(painter, record(1, text))).matchAll(/<pre data-lines="(\d+)" (class="full")?>(line \d+)/g),
  ];
  expect(blocks.map(([, lines, full, first]) => [lines, full !== undefined, first])).toEqual([
    ['200', true, 'line 0'],
    ['200', true, 'line 200'],
    ['50', false, 'line 400'],
  ]);
});

test.each(['', 'x', '-1', '1.x', '1.31"><script>', '1'.repeat(16), '1.31m'])('%j is no place in a log', (text) => {
  expect(parsePlace(text)).toBeUndefined();
});
