import { describe, expect, test } from '@jest/globals';
import { meetsTarget, synthReportAsText } from './synth';

describe('the report of npm run bench:synth', () => {
  const report = { empty: [1100, 900, 1000], whole: [1250, 1900, 1400], ratio: 1.4, target: 1.5, files: 12 };

  test('shows both medians, every time that they come from, and the ratio beside its target', () => {
    expect(synthReportAsText(report)).toBe(
      [
        'cold cdk8s synth, median of 3 rounds',
        'an empty app     1.00 s   (1.10 0.90 1.00)',
        'this app         1.40 s   (1.25 1.90 1.40), 12 files',
        'ratio            1.40     at most 1.5: met',
        '',
      ].join('\n'),
    );
  });

  test.each([
    [1.49, true],
    [1.5, true],
    [1.51, false],
  ])('a ratio of %s meets a target of 1.5: %s', (ratio, met) => {
    expect(meetsTarget({ ratio, target: 1.5 })).toBe(met);
    expect(synthReportAsText({ ...report, ratio })).toContain(met ? ': met' : 'NOT MET');
  });
});
