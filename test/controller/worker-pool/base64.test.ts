import { describe, expect, it } from '@jest/globals';
import { CorruptBase64Error, decodeBase64 } from '../../../src/controller/worker-pool/base64';

describe('base64 as strict as Go', () => {
  it.each([
    ['nothing', '', ''],
    ['padded text', 'aGVsbG8=', 'hello'],
    ['text with line feeds', 'aGVs\nbG8=\n', 'hello'],
    ['line feeds inside of the padding', 'aG\n=\n=\n', 'h'],
    ['digits that leave unused bits', 'aG==', 'h'],
  ])('decodes %s', (_, text, decoded) => {
    expect(decodeBase64(text).toString()).toBe(decoded);
  });

  // The offsets are those that Go 1.26 prints for the same input.
  it.each([
    ['a character outside of the alphabet', 'aGV$bG8=', 3],
    ['a PEM that nobody encoded', '-----BEGIN RSA PRIVATE KEY-----\nMIIE', 0],
    ['a blank', 'aGVs bG8=', 4],
    ['the URL alphabet', 'a_-b', 1],
    ['a letter beyond ASCII', 'é', 0],
    ['missing padding', 'aGVsbG8', 4],
    ['missing padding after a line feed', 'aGVs\r\nbG', 6],
    ['a single digit', 'a', 0],
    ['half of the padding', 'aG=', 3],
    ['half of the padding and a line feed', 'aG=\n', 4],
    ['a digit inside of the padding', 'aG=x', 2],
    ['padding only', '=', 0],
    ['padding after one digit', 'a===', 1],
    ['padding after a whole group', 'aGVs=', 4],
    ['too much padding', 'aGVsbG8==', 8],
    ['text after the padding', 'aGVsbG8=x', 8],
  ])('stops at %s', (_, text, offset) => {
    expect(() => decodeBase64(text)).toThrow(new CorruptBase64Error(offset));
  });
});
