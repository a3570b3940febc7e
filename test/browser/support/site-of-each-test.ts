import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { startBrowser } from './browser';
import { TestSite } from './site';

/** A browser for the tests of a file, and for each of them a site of its own, about which no page may complain. */
export function siteOfEachTest(): () => TestSite {
  let browser: Browser;
  let site: TestSite;

  beforeAll(async () => {
    browser = await startBrowser();
  }, INSTALL_TIMEOUT_MS);

  afterAll(() => browser?.close());

  beforeEach(async () => {
    site = await TestSite.start(browser);
  });

  afterEach(async () => {
    const { complaints } = site;
    await site.close();
    expect(complaints).toEqual([]);
  });

  return () => site;
}
