import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { startBrowser } from '../../../test/browser/support/browser';
import { TestSite } from '../../../test/browser/support/site';
import { npmScript } from '../npm-script';

const FOLDER = 'docs/images';

const PLAN = `
OpenTofu will perform the following actions:

  # aws_subnet.private["eu-central-1b"] will be created
  + resource "aws_subnet" "private" {
      + availability_zone = "eu-central-1b"
      + cidr_block        = "10.0.32.0/20"
      + vpc_id            = "vpc-0f2a"
    }

  # aws_route_table.private will be updated in-place
  ~ resource "aws_route_table" "private" {
      ~ tags = { "team" = "a" -> "network" }
    }

Plan: 1 to add, 1 to change, 0 to destroy.
`;

/** `npm run pictures`: makes the pictures of the web pages, for README and guides, in a browser. */
npmScript('npm run pictures', (program) =>
  program.description(`Make the pictures of the web pages below ${FOLDER}.`).action(makePictures),
);

async function makePictures(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const browser = await startBrowser();
  const site = await TestSite.start(browser);
  try {
    const run = await furnish(site);
    const page = await site.person({
      viewport: { width: 1120, height: 700 },
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
    });
    await page.clock.setFixedTime(site.queue.now + 8_000);
    for (const [name, path] of [
      ['control-plane', `/pools/${site.queue.pool.id}`],
      ['run', `/runs/${run}`],
      ['new-pool', '/pools/new'],
    ] as const) {
      await page.goto(path);
      if (name === 'new-pool') await fillIn(page);
      else
        await page
          .getByText(/ ago|for \d/)
          .first()
          .waitFor();
      await page.screenshot({ path: `${FOLDER}/${name}.png`, fullPage: true });
    }
  } finally {
    await site.close();
    await browser.close();
  }
}

/** As somebody does who is about to create a pool. */
async function fillIn(page: Page): Promise<void> {
  await page.getByLabel('Name').fill('staging');
  await page.getByLabel('Description').fill('What is tried before production');
  await page.getByLabel('Labels').fill('team:platform');
  await page.getByRole('button', { name: 'Make key and request here' }).click();
  await page.getByText('Key and request are made').waitFor();
}

/** A pool at work. @returns a run of it */
async function furnish({ queue }: TestSite): Promise<string> {
  const labels = ['team:platform', 'region:eu-central-1'];
  const description = 'Everything that production runs on';
  await queue.admin.updatePool(queue.pool.id, { name: 'production', description, labels });
  for (const name of ['network', 'dns', 'clusters']) await queue.addStack(name);
  const workers = new Map<string, string>();
  for (const name of ['production-k2vtd', 'production-9xw4c', 'production-t7bqn', 'production-m5hzr']) {
    workers.set(name, await queue.register(name));
    await queue.pass(5);
  }
  const run = await queue.trigger('network');
  await queue.pass(3);
  const assigned = [...workers.values()].map((worker) => queue.assignment(worker).catch(() => undefined));
  const assignment = (await Promise.all(assigned)).find((one) => one?.runId === run)!;
  await queue.start(assignment);
  await queue.pass(4);
  await queue.print(assignment, 1, PLAN);
  await queue.pass(11);
  await queue.end(assignment, 'Succeeded', true);
  for (const stack of ['dns', 'clusters']) await queue.trigger(stack);
  await queue.admin.setDrained(queue.pool.id, workers.get('production-k2vtd')!, true);
  await queue.pass(40);
  return run;
}
