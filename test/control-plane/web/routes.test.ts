import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { Admission } from '../../../src/control-plane/admission';
import { webRoutes } from '../../../src/control-plane/web/routes';
import { TestQueue } from '../support/queue';

let queue: TestQueue;

beforeEach(async () => {
  queue = await TestQueue.ready();
});

afterEach(() => queue.close());

async function read(path: string): Promise<{ status: number; text: string }> {
  const parts = { admin: queue.admin, apiKeys: null, admission: new Admission(), logger: pino({ level: 'silent' }) };
  const response = await webRoutes(parts).request(path);
  return { status: response.status, text: (await response.text()).replace(/\s+/g, ' ') };
}

const REFRESH = '<meta http-equiv="refresh"';

describe('the overview', () => {
  test('shows each worker with what it does, and each run with its state', async () => {
    const worker = await queue.register('busy-worker');
    const run = await queue.trigger();
    await queue.register('idle-worker');
    await queue.start(await queue.assignment(worker));
    const { text } = await read('/');
    expect(text).toContain('2 workers, 1 busy · 0 runs waiting for a worker');
    expect(text).toMatch(new RegExp(`busy-worker</code></td> <td><span class="state live">busy</span></td>.*${run}`));
    expect(text).toMatch(/idle-worker<\/code><\/td> <td><span class="state good">idle<\/span>/);
    expect(text).toContain(`<a href="/runs/${run}"><code>${run}</code></a></td> <td><span class="state live">planning`);
  });

  test('says what to do while there is nothing', async () => {
    await queue.admin.deletePool(queue.pool.id);
    const { text } = await read('/');
    expect(text).toContain('There is no pool yet');
    expect(text).toContain('No run yet');
  });

  test('renews itself until it is told to keep still', async () => {
    expect((await read('/')).text).toContain(REFRESH);
    expect((await read('/?refresh=off')).text).not.toContain(REFRESH);
  });
});

describe('the page of a run', () => {
  test('says what it waits for', async () => {
    const { text } = await read(`/runs/${await queue.trigger()}`);
    expect(text).toMatch(/<dt>Waits for<\/dt> <dd>a worker: pool pool has none registered/);
  });

  test('says how a plan is confirmed, and keeps renewing itself', async () => {
    const worker = await queue.register();
    const run = await queue.trigger();
    await queue.end(await started(worker), 'Succeeded', true);
    const { text } = await read(`/runs/${run}`);
    expect(text).toContain(`<code>worker-pools run confirm ${run}</code>`);
    expect(text).toContain(REFRESH);
  });

  test('says why a run failed, shows its log by steps, and stays as it is', async () => {
    const worker = await queue.register();
    const run = await queue.trigger();
    const assignment = await started(worker);
    await queue.log(assignment, 1, 2);
    await queue.end(assignment, 'OutOfMemory');
    const { text } = await read(`/runs/${run}`);
    expect(text).toContain('<strong>OutOfMemory</strong>: said the relay');
    expect(text).toMatch(/<summary>plan .*<pre>line 1 line 2 <\/pre>/);
    expect(text).not.toContain(REFRESH);
  });

  test('escapes what steps print', async () => {
    const worker = await queue.register();
    const run = await queue.trigger();
    const { runId, attempt } = await started(worker);
    const entry = { sequence: 1, time: 0, stream: 'stderr' as const, step: 'plan', text: '<img src=x onerror=y>\n' };
    await queue.context.store.transaction((tx) => tx.logs.append(runId, attempt, 'relay', [entry]));
    const { text } = await read(`/runs/${run}`);
    expect(text).toContain('<span class="stderr">&lt;img src=x onerror=y&gt; </span>');
  });

  test('makes visible what steps and names hold of control characters, and drops colours', async () => {
    const worker = await queue.register('worker\u202e');
    const run = await queue.trigger();
    const { runId, attempt } = await started(worker);
    const texts = ['\u001b[3', '2mgreen\u001b[0m\u001b[2J\0\b\u202etxt\n', 'a\rb\r\n'];
    const entries = texts.map((text, at) => ({
      sequence: at + 1,
      time: 0,
      stream: 'stdout' as const,
      step: 'plan',
      text,
    }));
    await queue.context.store.transaction((tx) => tx.logs.append(runId, attempt, 'relay', entries));
    const { text } = await read(`/runs/${run}`);
    expect(text).toContain('<pre>green^[[2J\ufffd^H[U+202E]txt a^Mb </pre>');
    const all = text + (await read('/')).text + (await read('/runs/%1b%5b2J%e2%80%ae')).text;
    expect(all).toContain('<code>worker[U+202E]</code>');
    expect(all).toContain('There is no run ^[[2J[U+202E].');
    expect(all).not.toMatch(/[\0-\u0008\u000b-\u001f\u007f-\u009f\p{Bidi_Control}]/u);
  });

  test('of a run that is not there is a page that says so', async () => {
    const { status, text } = await read('/runs/nothing');
    expect(status).toBe(404);
    expect(text).toContain('There is no run nothing.');
  });

  async function started(worker: string) {
    const assignment = await queue.assignment(worker);
    await queue.start(assignment);
    return assignment;
  }
});

test('a page shows the end of a log that is too large for it, and says so', async () => {
  const worker = await queue.register();
  const run = await queue.trigger();
  const assignment = await queue.assignment(worker);
  await queue.start(assignment);
  const entries = Array.from({ length: 30 }, (_, at) => ({
    sequence: at + 1,
    time: 0,
    stream: 'stdout' as const,
    step: 'plan',
    text: `line ${at} ${'x'.repeat(100_000)}\n`,
  }));
  await queue.context.store.transaction((tx) => tx.logs.append(run, assignment.attempt, 'relay', entries));
  const { text } = await read(`/runs/${run}`);
  expect(text.length).toBeLessThan(1.1 * 1024 * 1024);
  expect(text).toContain('Only the end is shown');
  expect(text).toContain('line 29');
  expect(text).not.toContain('line 5 ');
  const all = [];
  for (let after = 0; ;) {
    const page = await queue.admin.readLog(run, after, 500, 250_000);
    if (page.length === 0) break;
    expect(page.length).toBeLessThan(10);
    all.push(...page);
    after = page.at(-1)!.id;
  }
  expect(all.filter(({ writer }) => writer === 'relay').map(({ sequence }) => sequence)).toEqual(
    entries.map(({ sequence }) => sequence),
  );
});
