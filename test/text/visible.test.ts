import { describe, expect, test } from '@jest/globals';
import { UncolouredText, VisibleText, visibleLines, visibleName, withoutColours } from '../../src/text/visible';

const RED = '\u001b[31m';
const PLAIN = '\u001b[0m';

describe('lines', () => {
  test.each([
    ['tabs and ends of lines pass', 'a\tb\nc\r\nd', 'a\tb\nc\nd'],
    [
      'colours pass',
      `${RED}red${PLAIN} \u001b[1;38;5;8mgrey\u001b[m`,
      `${RED}red${PLAIN} \u001b[1;38;5;8mgrey\u001b[m`,
    ],
    ['a colour that is left on ends', `${RED}red`, `${RED}red${PLAIN}`],
    ['text in a colour that hides it is shown', '\u001b[31;8mhidden', '^[[31;8mhidden'],
    ['a colour that has an 8 in it is none that hides', '\u001b[38;2;8;8;8mx\u001b[m', '\u001b[38;2;8;8;8mx\u001b[m'],
    ['clearing the screen is shown', '\u001b[2J\u001b[Hdone', '^[[2J^[[Hdone'],
    ['the title of the window is shown', '\u001b]0;title\u0007', '^[]0;title^G'],
    ['the clipboard is shown', '\u001b]52;c;cm0=\u001b\\', '^[]52;c;cm0=^[\\'],
    ['a carriage return alone is shown', 'destroyed\u001b[2K\rall is well\n', 'destroyed^[[2K^Mall is well\n'],
    ['backspace, NUL and DEL are shown', 'a\b\0\u007f', 'a^H^@^?'],
    ['C1 controls become the replacement character', '\u009b2J\u0085', '\ufffd2J\ufffd'],
    ['marks that turn the direction are named', 'bidi\u202etxt.exe\u2066', 'bidi[U+202E]txt.exe[U+2066]'],
    ['half a character becomes the replacement character', 'a\ud83d b\ude80', 'a\ufffd b\ufffd'],
    ['letters of all scripts pass', 'ü 🚀 שלום 中文 e\u0301 👩\u200d💻', 'ü 🚀 שלום 中文 e\u0301 👩\u200d💻'],
    ['an escape at the very end is shown', 'a\u001b', 'a^['],
  ])('%s', (_, text, expected) => {
    expect(visibleLines(text, 'kept')).toBe(expected);
  });

  test('lose their colours where there are none, and nothing else', () => {
    expect(visibleLines(`${RED}red${PLAIN}\n\u001b[8mhidden\u001b[2J`)).toBe('red\nhidden^[[2J');
  });
});

describe('a stream', () => {
  const HOSTILE = `a${RED}b\u001b[2Jc\r\nd\u001b]0;t\u0007e\u{1f680}f\r`;

  test('shows the same wherever it is cut', () => {
    const whole = visibleLines(HOSTILE, 'kept');
    for (let at = 0; at <= HOSTILE.length; at += 1) {
      const stream = new VisibleText('kept');
      expect([at, stream.write(HOSTILE.slice(0, at)) + stream.write(HOSTILE.slice(at)) + stream.end()]).toEqual([
        at,
        whole,
      ]);
    }
  });

  test('holds back no more than a sequence can be long', () => {
    const stream = new VisibleText('kept');
    expect(stream.write(`\u001b[${'1;'.repeat(100)}`)).toBe(`^[[${'1;'.repeat(100)}`);
  });

  test('ends once: a second end says nothing', () => {
    const stream = new VisibleText('kept');
    stream.write(`${RED}red`);
    expect([stream.end(), stream.end()]).toEqual([PLAIN, '']);
  });
});

test.each([
  ['a\tb\nc\r\nd', 'a^Ib^Jc^M^Jd'],
  [`${RED}red`, '^[[31mred'],
  ['plain-name', 'plain-name'],
])('a name stays in one line: %j', (name, expected) => {
  expect(visibleName(name)).toBe(expected);
});

describe('a text for files and programs', () => {
  const COLOURED = `${RED}red${PLAIN} and \u001b[1;38;5;8mgrey\u001b[m\u001b[2J\r\n\u001b`;
  const UNCOLOURED = 'red and grey\u001b[2J\r\n\u001b';

  test('loses its colours and nothing else', () => {
    expect(withoutColours(COLOURED)).toBe(UNCOLOURED);
  });

  test('is the same wherever a stream of it is cut', () => {
    for (let cut = 0; cut <= COLOURED.length; cut += 1) {
      const stream = new UncolouredText();
      const shown = stream.write(COLOURED.slice(0, cut)) + stream.write(COLOURED.slice(cut)) + stream.end();
      expect(shown).toBe(UNCOLOURED);
    }
  });
});
