import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { runTopic } from '../../src/control-plane/queue/wakeups';
import { until } from '../support/until';
import { siteOfEachTest } from './support/site-of-each-test';

const site = siteOfEachTest();

const textOf = (page: Page): Promise<string> =>
  page.evaluate('[...document.querySelectorAll("#log pre")].map((pre) => pre.textContent).join("")');

/** Numbers of the lines `line N` on the page, in their order. */
async function linesOn(page: Page): Promise<number[]> {
  return [...(await textOf(page)).matchAll(/^line (\d+)\b/gm)].map(([, number]) => Number(number));
}

/** As OpenTofu writes errors. */
const [RED, OFF] = ['\u001b[31m', '\u001b[0m'];

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

test('a log is followed over a control plane that goes away: each line once, in its order', async () => {
  const { queue } = site();
  const { run, assignment } = await queue.started();
  const page = await site().person();
  await page.goto(`/runs/${run}`);
  let last = 0;
  const print = async () => {
    last += 1;
    await queue.print(assignment, last, `line ${last}\n`);
  };
  for (let at = 0; at < 5; at += 1) await print();
  await page.getByText('line 5').waitFor();
  await site().goAway();
  for (let at = 0; at < 300; at += 1) await print();
  await page.getByText('The control plane is not reached').waitFor();
  await site().serve();
  await page.getByText('line 305').waitFor();
  await print();
  await page.getByText('line 306').waitFor();
  expect(await linesOn(page)).toEqual(upTo(306));
  await queue.end(assignment, 'Succeeded');
  await page.getByText('finished').first().waitFor();
});

test('nothing that a step prints changes the page', async () => {
  const { queue } = site();
  const { run, assignment } = await queue.started();
  const page = await site().person();
  await page.goto(`/runs/${run}`);
  const hostile = [
    '<script>alert(1)</script>\n',
    '<img src=x onerror=alert(1)>\n',
    '</pre></details></main><h1>Taken over</h1>\n',
    '"><a href="javascript:alert(1)">link</a>\n',
    '\u202egnirts\u202c \u2066x\u2069 \u001b]0;title\u0007\u001b[2J\u001b[H\u0000\b\r\n',
    '\u001b[31;41mred on red\u001b[8mhidden\u001b[0m\u001b[38;2;255;0;0mtrue\u001b[m\n',
    '{{7*7}} ${7*7} data: x\n\nevent: gone\n',
  ].join('');
  await queue.print(assignment, 1, hostile);
  await page.getByText('event: gone').waitFor();
  const live = await textOf(page);
  await page.reload();
  for (const text of [live, await textOf(page)]) {
    expect(text).toContain('<img src=x onerror=alert(1)>');
    expect(text).toContain('</main><h1>Taken over</h1>');
    expect(text).toContain('[U+202E]gnirts[U+202C]');
    expect(text).toContain('^[]0;title^G^[[2J^[[H');
    expect(text).toContain('red on red^[[8mhidden');
    expect(text).not.toMatch(/[\0-\u0008\u000b-\u001f\u007f-\u009f\p{Bidi_Control}]/u);
  }
  expect(await page.locator('#log').locator('script, img, a, h1, [style]').count()).toBe(0);
  expect(await page.getByRole('heading', { name: 'Taken over' }).count()).toBe(0);
  // The text on a background has the colour that is read on it.
  const colours = (style: string) => `getComputedStyle(document.querySelector('.b1')).${style}`;
  expect(await page.evaluate(colours('color'))).not.toBe(await page.evaluate(colours('backgroundColor')));
});

describe('a log of 100,000 lines', () => {
  const LINES = 100_000;
  const ENTRY = 200;

  async function longLog(): Promise<{ run: string; attempt: number }> {
    const { queue } = site();
    const { run, assignment } = await queue.started();
    const text = (at: number) => {
      const lines = upTo(ENTRY).map((line) => {
        const number = at * ENTRY + line;
        return number === 70_001
          ? `${RED}│${OFF} ${OFF}\u001b[1m${RED}Error: ${OFF}${OFF}line ${number} fails\n`
          : `line ${number} of a long log, with some text\n`;
      });
      return lines.join('');
    };
    const entries = upTo(LINES / ENTRY).map((_, at) => entryOf(at, text(at)));
    const { attempt } = assignment;
    await queue.context.store.transaction((tx) => tx.logs.append(run, attempt, 'relay', entries));
    return { run, attempt };
  }

  const entryOf = (at: number, text: string) => ({
    sequence: at + 1,
    time: 0,
    stream: 'stdout' as const,
    step: 'plan',
    text,
  });

  const inView = (page: Page, text: string): Promise<boolean> =>
    page.evaluate(`(() => {
      const block = [...document.querySelectorAll('#log pre')].find((pre) => pre.textContent.includes(${JSON.stringify(text)}));
      const { top, bottom } = block?.getBoundingClientRect() ?? {};
      return block !== undefined && top < innerHeight && bottom > 0;
    })()`);

  test('shows its end first, all of it when asked, and lays out what is seen', async () => {
    const { run } = await longLog();
    const page = await site().person();
    await page.goto(`/runs/${run}`);
    const first = await linesOn(page);
    expect(first.length).toBeLessThan(LINES / 2);
    expect(first.at(-1)).toBe(LINES);
    await page.getByRole('link', { name: 'From the beginning' }).click();
    await page.locator('#log-earlier').waitFor({ state: 'detached' });
    expect(await linesOn(page)).toEqual(upTo(LINES).filter((number) => number !== 70_001));
    // A browser has little to do for what nobody sees.
    expect(await page.evaluate('document.querySelectorAll("#log *").length')).toBeLessThan(1_000);
    const others = 'document.querySelectorAll("#log pre:not(.full)").length';
    expect(await page.evaluate(others)).toBeLessThanOrEqual(3);
    expect(await page.evaluate('getComputedStyle(document.querySelector("#log pre.full")).contentVisibility')).toBe(
      'auto',
    );
    for (const part of [0.25, 0.5, 0.75, 1]) {
      await page.evaluate(`scrollTo({ top: document.documentElement.scrollHeight * ${part} })`);
      const there = `document.elementFromPoint(innerWidth / 2, innerHeight / 3)?.closest('#log')?.id`;
      await until(async () => (await page.evaluate(there)) === 'log', 'a part of the log is seen');
    }
  });

  test('is searched, jumps to the first error, and is downloaded', async () => {
    const { run } = await longLog();
    const page = await site().person();
    await page.goto(`/runs/${run}`);
    await page.getByLabel('Search').fill('LINE 54321 ');
    await page.keyboard.press('Enter');
    await page.getByText('1 of 1').waitFor();
    await until(() => inView(page, 'line 54321 '), 'what was found is seen');
    await page.getByRole('button', { name: 'First error' }).click();
    await until(() => inView(page, 'line 70001 fails'), 'the error is seen');
    await page.getByLabel('Search').fill('not in it');
    await page.keyboard.press('Enter');
    await page.getByText('It is not in the log.').waitFor();
    const downloads = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download' }).click();
    const download = await downloads;
    expect(download.suggestedFilename()).toBe(`run-${run}.log`);
    const text = readFileSync(await download.path(), 'utf8');
    expect(text.match(/^(│ Error: )?line \d+/gm)).toHaveLength(LINES);
  });

  test('is followed at its end while it grows', async () => {
    const { run, attempt } = await longLog();
    const page = await site().person();
    await page.goto(`/runs/${run}`);
    await page.getByRole('button', { name: 'Follow' }).click();
    const text = `${'x\n'.repeat(ENTRY)}line ${LINES + 1}\n`;
    await site().queue.context.store.transaction(async (tx) => {
      await tx.logs.append(run, attempt, 'relay', [entryOf(LINES / ENTRY, text)]);
      await tx.notify([runTopic(run)]);
    });
    await until(() => inView(page, `line ${LINES + 1}`), 'the new line is seen');
  });
});
