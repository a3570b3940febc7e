import { describe, expect, test } from '@jest/globals';
import { logLine } from './load/pod';
import { isWhole, LINES } from './load/restarts';

const RUN = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const pod = (attempt: number) => ({ stage: 'preparing' as const, attempt, podUid: `pod-${attempt}` });

const linesOf = (attempt: number) =>
  Array.from({ length: LINES }, (_, index) => ({
    attempt,
    writer: 'relay',
    sequence: index + 1,
    text: logLine(RUN, index + 1),
  }));

const stored = (records: ReturnType<typeof linesOf>) => ({ state: 'FINISHED', reason: 'Succeeded', records });

describe('a log is whole', () => {
  test('with every line of each Pod, whatever the control plane wrote between', () => {
    const own = { attempt: 1, writer: 'control-plane', sequence: 1, text: 'queued' };
    expect(isWhole(RUN, { started: [pod(1), pod(2)] }, stored([own, ...linesOf(1), own, ...linesOf(2)]))).toBe(true);
  });

  test.each<[string, (lines: ReturnType<typeof linesOf>) => unknown]>([
    ['without its last line', (lines) => lines.pop()],
    ['without one in its midst', (lines) => lines.splice(3, 1)],
    ['with one twice', (lines) => lines.splice(3, 0, lines[3]!)],
    ['with two exchanged', (lines) => lines.splice(3, 2, lines[4]!, lines[3]!)],
    ['with one of another attempt', (lines) => lines.push({ ...lines[0]!, attempt: 2 })],
  ])('but not %s', (_, spoil) => {
    const lines = linesOf(1);
    spoil(lines);
    expect(isWhole(RUN, { started: [pod(1)] }, stored(lines))).toBe(false);
  });
});
