import { expect, test } from '@jest/globals';
import { whyUnreachable } from '../../../src/cli/api/unreachable';

test.each([
  ['https://a', 'ECONNREFUSED', 'https://a cannot be reached: ECONNREFUSED'],
  ['https://a', 'SELF_SIGNED_CERT_IN_CHAIN', '(give its authority with --ca)'],
  ['https://a', 'ERR_TLS_CERT_ALTNAME_INVALID', 'start the control plane with --tls-san'],
  ['https://a', 'CERT_HAS_EXPIRED', "check this machine's clock"],
  ['https://a', 'EPROTO', 'does it want http://'],
  ['http://a', 'ECONNRESET', 'does it want https://'],
  ['http://a', 'HPE_INVALID_CONSTANT', 'does it want https://'],
])('%s that ends with %s says what to do', (url, code, sentence) => {
  expect(whyUnreachable(url, Object.assign(new Error('what Node says'), { code }))).toContain(sentence);
});
