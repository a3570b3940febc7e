import { describe, expect, test } from '@jest/globals';
import { encodeToken, parseToken, type PoolToken } from '../../src/protocol/token';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const token: PoolToken = {
  version: 1,
  poolId: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  endpoint: 'https://control-plane.example:8443',
  mqtt: 'mqtts://control-plane.example:8883',
  ca: '',
  certificate: '-----BEGIN CERTIFICATE-----\n',
};

describe('a token', () => {
  test.each(['https://[fd00::2]:8443', 'http://x', 'https://x/'])('may have the endpoint %s', (endpoint) => {
    expect(parseToken(encodeToken({ ...token, endpoint })).endpoint).toBe(endpoint);
  });

  test('is read as it was made, with white space around it', () => {
    expect(parseToken(`\n ${encodeToken(token)}\n`)).toEqual(token);
  });

  test.each([
    ['', 'the token is empty'],
    ['not base64!', 'unable to base64 decode token: illegal base64 data at input byte 9'],
    [base64('{}'), 'missing or malformed parts (version, poolId, endpoint, mqtt, ca, certificate)'],
    [base64(JSON.stringify({ ...token, endpoint: 'ftp://x' })), 'malformed parts (endpoint)'],
    [base64(JSON.stringify({ ...token, endpoint: 'https://x/below' })), 'malformed parts (endpoint)'],
    [base64(JSON.stringify({ ...token, endpoint: 'https://x?a' })), 'malformed parts (endpoint)'],
    [base64(JSON.stringify({ ...token, mqtt: 'mqtts://user:password@x' })), 'malformed parts (mqtt)'],
    [base64(JSON.stringify({ ...token, version: 2 })), 'malformed parts (version)'],
  ])('%j is refused: %s', (text, sentence) => {
    expect(() => parseToken(text)).toThrow(sentence);
  });
});
