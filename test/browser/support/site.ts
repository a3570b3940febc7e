import axe from 'axe-core';
import { pino } from 'pino';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { Admission } from '../../../src/control-plane/admission';
import { LogInTrail } from '../../../src/control-plane/audit/log-ins';
import { Refusals } from '../../../src/control-plane/audit/refusals';
import { refusingApp } from '../../../src/control-plane/http/app';
import { serve, type HttpListener } from '../../../src/control-plane/http/server';
import { KeyFiles } from '../../../src/control-plane/key-files';
import { WebSessions } from '../../../src/control-plane/identity/web-sessions';
import { webRoutes } from '../../../src/control-plane/web/routes';
import { openApiKeys } from '../../control-plane/support/api-keys';
import { TestQueue } from '../../control-plane/support/queue';
import { freePort } from '../../support/own-servers';

const API_KEY = { id: 'admin', secret: 'a secret of the test' };

/** The pages as the control plane serves them, on a queue that the test works. */
export class TestSite {
  private readonly contexts: BrowserContext[] = [];
  /** What a page said that should not have been said. */
  readonly complaints: string[] = [];
  private listener: HttpListener | undefined;

  private constructor(
    readonly queue: TestQueue,
    private readonly browser: Browser,
    private readonly port: number,
  ) {}

  static async start(browser: Browser): Promise<TestSite> {
    const site = new TestSite(await TestQueue.ready(), browser, await freePort());
    await site.serve();
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async serve(): Promise<void> {
    const { queue } = this;
    const admission = new Admission();
    const logger = pino({ level: 'silent' });
    const keys = KeyFiles.inDataFolder(queue.folder);
    const apiKeys = openApiKeys(keys, { given: API_KEY, store: queue.context.store });
    const sessions = new WebSessions(queue.context.store, apiKeys, () => queue.now, new LogInTrail(queue.context));
    const app = refusingApp(logger);
    const refusals = new Refusals(queue.context);
    const parts = { admin: queue.admin, apiKeys, sessions, isOpen: false, admission, refusals, logger };
    app.route('/', webRoutes(parts));
    this.listener = await serve(app, { host: '127.0.0.1', port: this.port }, null, admission);
  }

  /** Its connections break off, and nobody answers. */
  async goAway(): Promise<void> {
    await this.listener?.close();
    this.listener = undefined;
  }

  /** A person with a browser of their own, who has logged in. */
  async person(options: BrowserContextOptions = {}, key = API_KEY): Promise<Page> {
    const page = await this.stranger(options);
    await page.goto('/login');
    await logIn(page, key);
    await page.getByRole('button', { name: 'Log out' }).waitFor();
    return page;
  }

  /** One who has not. */
  async stranger(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ baseURL: this.url, ...options });
    this.contexts.push(context);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to/.test(message.text())) this.complaints.push(message.text());
    });
    page.on('dialog', (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    return page;
  }

  async close(): Promise<void> {
    for (const context of this.contexts) await context.close();
    await this.goAway();
    await this.queue.close();
  }
}

/** Fills in the page of the log-in. */
export async function logIn(page: Page, { id, secret } = API_KEY): Promise<void> {
  await page.getByLabel('Id of the API key').fill(id);
  await page.getByLabel('Secret, or token of its issuer').fill(secret);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** What axe says against a page: rule, and where. */
export async function axeFinds(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<{ violations: axe.Result[] }> } }).axe.run(),
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}
