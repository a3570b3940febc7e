import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Browser, Page } from 'playwright-core';
import { lockState } from '../control-plane/audit/support/furnished';
import { INSTALL_TIMEOUT_MS } from '../support/debian-package';
import { planChanges } from '../support/plan-changes';
import { startBrowser } from './support/browser';
import { axeFinds, TestSite } from './support/site';

let browser: Browser;
let site: TestSite;
let page: Page;
const ids = { pool: '', stack: '', run: '', worker: '', webhook: '', locked: '' };

beforeAll(async () => {
  browser = await startBrowser();
  site = await TestSite.start(browser);
  const { queue } = site;
  await queue.admin.updatePool(queue.pool.id, {
    name: 'pool',
    description: 'For everything',
    labels: ['team:a', 'x'.repeat(60)],
  });
  await queue.admin.updateStack('stack', { environment: { TOKEN: 'x' } });
  await queue.addStack('locked');
  for (const serial of [1, 2])
    await queue.admin.states.push('locked', Readable.from([JSON.stringify({ version: 4, serial, lineage: 'a' })]));
  await lockState(queue, 'locked');
  ids.locked = (await queue.admin.stack('locked'))!.id;
  const { run, assignment, worker } = await queue.started();
  await queue.print(assignment, 1, coloured());
  await queue.context.store.transaction((tx) => tx.planChanges.put(run, planChanges()));
  await queue.end(assignment, 'Succeeded', true);
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  await queue.context.store.transaction((tx) => tx.poolSamples.add(minute, 60_000, minute));
  await queue.addStack('second');
  await queue.trigger('second');
  await queue.admin.addStackDependency('stack', 'second');
  await queue.admin.drift.set('stack', { schedule: ['0 6 * * 1-5'], timezone: 'Europe/Berlin' }, 'create');
  const webhook = { name: 'chat', endpoint: `http://127.0.0.1:1/${'x'.repeat(100)}`, enabled: true };
  ids.webhook = (await queue.admin.webhooks.create(webhook)).id;
  await queue.admin.webhooks.test(ids.webhook);
  await queue.admin.vcsAgents.create({ name: 'gitlab', description: 'GitLab of the platform team' });
  await queue.admin.setDrained(queue.pool.id, await queue.register('another'), true);
  Object.assign(ids, { run, worker, pool: queue.pool.id, stack: (await queue.admin.stack('stack'))!.id });
  page = await site.person();
}, INSTALL_TIMEOUT_MS);

afterAll(async () => {
  await site?.close();
  await browser?.close();
});

/** Every colour of a terminal, in front and behind, and what else there is. */
function coloured(): string {
  const codes = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((n) => [30 + n, 40 + n, 90 + n, 100 + n]);
  return [1, 2, 3, 4, 7, 9, '31;41', '2;7', ...codes]
    .map((code) => `\u001b[${code}mcolour ${code}\u001b[0m\n`)
    .join('');
}

const PAGES: Readonly<Record<string, () => string>> = {
  'the overview': () => '/',
  'the workers of a pool': () => `/pools/${ids.pool}`,
  'the queue of a pool': () => `/pools/${ids.pool}/queue`,
  'the stacks of a pool': () => `/pools/${ids.pool}/stacks`,
  'the activity of a pool': () => `/pools/${ids.pool}/activity`,
  'a pool over time': () => `/pools/${ids.pool}/usage?range=1h`,
  'a stack': () => `/stacks/${ids.stack}`,
  'a run with its log': () => `/runs/${ids.run}`,
  'a question before something is done': () => `/runs/${ids.run}/confirm`,
  'the form of a reset': () => `/pools/${ids.pool}/reset`,
  'the form of a new pool': () => '/pools/new',
  'the settings of a pool': () => `/pools/${ids.pool}/settings`,
  'the token of a pool': () => `/pools/${ids.pool}/token`,
  'all stacks': () => '/stacks',
  'the form of a new stack': () => '/stacks/new',
  'the environment of a stack': () => `/stacks/${ids.stack}/environment`,
  'the form of a run': () => `/stacks/${ids.stack}/trigger`,
  'the form of a task': () => `/stacks/${ids.stack}/task`,
  'the form of a source': () => `/stacks/${ids.stack}/source`,
  'the form of a dependency': () => `/stacks/${ids.stack}/dependencies/new`,
  'the form of drift detection': () => `/stacks/${ids.stack}/drift`,
  'the state of a stack': () => `/stacks/${ids.locked}/state`,
  'the question before a state is restored': () => `/stacks/${ids.locked}/state/1/restore`,
  'the question before a state is unlocked': () => `/stacks/${ids.locked}/state/unlock`,
  'all webhooks': () => '/webhooks',
  'a webhook': () => `/webhooks/${ids.webhook}`,
  'the form of a new webhook': () => '/webhooks/new',
  'the VCS agents': () => '/vcs-agent-pools',
  'the form of a new VCS agent pool': () => '/vcs-agent-pools/new',
  'all runs': () => '/runs',
  'all API keys': () => '/keys',
  'the audit trail': () => '/audit',
  'the form of a new API key': () => '/keys/new',
  'a page that is not there': () => '/nothing',
};

const READERS = [
  { who: 'light, at a desk', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { who: 'dark, on a phone', viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
] as const;

/** CI keeps what the pages look like. */
async function picture(name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

test.each(Object.keys(PAGES))(
  '%s passes the rules of axe in light and dark, and fits a desk and a phone',
  async (name) => {
    const answer = await page.goto(PAGES[name]!());
    expect(answer!.status()).toBe(name === 'a page that is not there' ? 404 : 200);
    for (const { who, viewport, colorScheme } of READERS) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      const fits = await page.evaluate('document.documentElement.scrollWidth <= innerWidth');
      expect([who, fits, await axeFinds(page)]).toEqual([who, true, []]);
      await picture(`${name} (${colorScheme})`);
    }
    // A desk at 200 %.
    await page.setViewportSize({ width: 640, height: 400 });
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(site.complaints).toEqual([]);
  },
);
