import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FORMS } from '../../../src/control-plane/web/forms';
import { PAGES } from '../../../src/control-plane/web/pages';
import { TestQueue } from '../support/queue';
import { KEY, readerOf, type Reader } from './support/reader';

let queue: TestQueue;
let reader: Reader;

beforeAll(async () => {
  queue = await TestQueue.ready();
  reader = readerOf(queue, KEY);
});
afterAll(() => queue.close());

const PATHS = [...PAGES, ...FORMS].map(({ path }) => path.replaceAll(/:\w+/g, 'none'));

describe('every page, whatever it answers, lets the browser use what is ours alone, at', () => {
  test.each([...new Set([...PATHS, '/login', '/account', '/nothing'])])('%s', async (path) => {
    const { status, headers } = await reader.ask(path, { headers: { Accept: 'text/html' } });
    expect(status).toBeLessThan(500);
    const policy = headers.get('Content-Security-Policy') ?? 'there is none';
    const allowed: unknown = Object.fromEntries(policy.split('; ').map((rule) => rule.split(/ (.*)/).slice(0, 2)));
    // Its own script and style, nothing that is written into the page, no frame of anybody, forms to itself.
    expect(allowed).toEqual({
      'default-src': "'none'",
      'style-src': "'self'",
      'script-src': "'self'",
      'connect-src': "'self'",
      'img-src': 'data:',
      'form-action': "'self'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
    });
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Referrer-Policy')).toBe('no-referrer');
    if (path !== '/nothing') expect(headers.get('Cache-Control')).toBe('no-store');
  });
});
