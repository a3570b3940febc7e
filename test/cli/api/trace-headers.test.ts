import { expect, test } from '@jest/globals';
import { traceHeaders } from '../../../src/cli/api/trace-headers';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test.each([
  ['the trace of the job', traceparent, { traceparent }],
  ['none', undefined, {}],
  ['what is no trace', 'x\r\nauthorization: y', {}],
])('of %s comes the header for it', (_, TRACEPARENT, headers) => {
  expect(traceHeaders({ TRACEPARENT })).toEqual(headers);
});
