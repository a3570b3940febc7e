import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Output, PlanChanges } from '../../../src/protocol/messages';
import { planChanges } from '../../support/plan-changes';
import { TestQueue } from '../support/queue';
import { readerOf } from './support/reader';

let queue: TestQueue;

beforeEach(async () => {
  queue = await TestQueue.ready();
});

afterEach(() => queue.close());

const read = (path: string) => readerOf(queue).read(path);

describe('the overview', () => {
  test('shows each pool with its workers and its queue, and each run with its state', async () => {
    const worker = await queue.register('busy-worker');
    const run = await queue.trigger();
    await queue.register('idle-worker');
    await queue.start(await queue.assignment(worker));
    const { text } = await read('/');
    expect(text).toMatch(new RegExp(`<a href="/pools/${queue.pool.id}">pool</a>.*2 workers, 1 busy.*0 runs waiting`));
    expect(text).toMatch(new RegExp(`href="/runs/${run}"><code>${run}</code></a>.*<span class="state live">planning`));
  });

  test('says what to do while there is nothing', async () => {
    await queue.admin.deletePool(queue.pool.id);
    const { text } = await read('/');
    expect(text).toContain('There is no pool yet');
    expect(text).toContain('No run yet');
  });
});

describe('the page of a pool', () => {
  test('shows each worker with what it does and where it is', async () => {
    const busy = await queue.register('busy-worker');
    const run = await queue.trigger();
    await queue.start(await queue.assignment(busy));
    await queue.register('idle-worker');
    const drained = await queue.register('drained-worker');
    await queue.admin.setDrained(queue.pool.id, drained, true);
    const { text } = await read(`/pools/${queue.pool.id}`);
    expect(text).toMatch(
      new RegExp(`busy-worker</code></td>.{0,80}<span class="state live">busy</span>.*/runs/${run}`),
    );
    expect(text).toMatch(/idle-worker<\/code><\/td>.{0,80}<span class="state good">idle<\/span>/);
    expect(text).toMatch(/drained-worker<\/code><\/td>.{0,80}<span class="state">drained<\/span>/);
    expect(text).toContain('<li>namespace=default</li>');
  });

  test('shows the queue in its order, runs in progress first, and what the others wait for', async () => {
    await queue.addStack('second');
    const { run } = await queue.started();
    const waiting = await queue.trigger('second');
    const hidden = await queue.trigger();
    const { text } = await read(`/pools/${queue.pool.id}/queue`);
    const row = (id: string, position: number) => new RegExp(`/runs/${id}".{0,120}data-label="Position">${position}<`);
    expect(text).toMatch(row(run, 1));
    expect(text).toMatch(row(waiting, 2));
    expect(text).toMatch(/data-label="Waits for">a worker: [a-z ]+ of pool pool is busy<\/td>/);
    expect(text).not.toContain(hidden);
  });

  test('shows the stacks that use it, and its newest runs', async () => {
    const run = await queue.trigger();
    expect((await read(`/pools/${queue.pool.id}/stacks`)).text).toMatch(/<a href="\/stacks\/\w+">stack<\/a>/);
    expect((await read(`/pools/${queue.pool.id}/activity`)).text).toContain(`/runs/${run}`);
  });

  test('shows nothing that acts to one who may only look', async () => {
    await queue.register();
    const { text } = await read(`/pools/${queue.pool.id}`);
    for (const action of ['cycle', 'reset', 'drain']) expect(text).not.toContain(`/${action}"`);
    expect((await read(`/pools/${queue.pool.id}/cycle`)).status).toBe(403);
  });
});

describe('the page of a stack', () => {
  test('shows its settings and runs, and of its environment the names alone', async () => {
    await queue.admin.updateStack('stack', { environment: { PASSWORD: 'hidden value' }, projectRoot: 'infra' });
    const run = await queue.trigger();
    const { text } = await read(`/stacks/${(await queue.admin.stack('stack'))!.id}`);
    expect(text).toContain('<code>PASSWORD</code>');
    expect(text).not.toContain('hidden value');
    expect(text).toContain('<dd><code>infra</code></dd>');
    expect(text).toContain(`/runs/${run}`);
  });
});

test.each(['/pools/nothing', '/stacks/nothing', '/runs/nothing', '/nothing'])(
  '%s is a page that says so',
  async (path) => {
    const { status, text } = await read(path);
    expect(status).toBe(404);
    expect(text).toMatch(/There is (no \w+ nothing|nothing at)/);
  },
);

describe('the page of a run', () => {
  test('says what it waits for', async () => {
    const { text } = await read(`/runs/${await queue.trigger()}`);
    expect(text).toMatch(/<dt>Waits for<\/dt> <dd>a worker: pool pool has none registered/);
  });

  test('says how a plan is confirmed', async () => {
    const worker = await queue.register();
    const run = await queue.trigger();
    await queue.end(await started(worker), 'Succeeded', true);
    const { text } = await read(`/runs/${run}`);
    expect(text).toContain(`<code>worker-pools run confirm ${run}</code>`);
    expect(text).toMatch(/<li aria-current="step"> <strong>Confirmation<\/strong>/);
  });

  test('says why a run failed, and shows its log by steps', async () => {
    const worker = await queue.register();
    const run = await queue.trigger();
    const assignment = await started(worker);
    await queue.log(assignment, 1, 2);
    await queue.end(assignment, 'OutOfMemory');
    const { text } = await read(`/runs/${run}`);
    expect(text).toContain('<strong>OutOfMemory</strong>: said the relay');
    expect(text).toMatch(/<summary>plan .*<pre data-lines="2" ?>line 1 line 2 <\/pre>/);
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

  test('makes visible what steps and names hold of control characters, and shows colours as such', async () => {
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
    expect(text).toContain('<span class="c2">green</span>^[[2J\ufffd^H[U+202E]txt a^Mb </pre>');
    const all = text + (await read(`/pools/${queue.pool.id}`)).text + (await read('/runs/%1b%5b2J%e2%80%ae')).text;
    expect(all).toContain('<code>worker[U+202E]</code>');
    expect(all).toContain('There is no run ^[[2J[U+202E].');
    expect(all).not.toMatch(/[\0-\u0008\u000b-\u001f\u007f-\u009f\p{Bidi_Control}]/u);
    const { text: download } = await read(`/runs/${run}/log.txt`);
    expect(download).toContain('green^[[2J\ufffd^H[U+202E]txt a^Mb');
  });

  async function started(worker: string) {
    const assignment = await queue.assignment(worker);
    await queue.start(assignment);
    return assignment;
  }
});

describe('a pool over time', () => {
  const now = () => Date.now();
  const add = (minutesAgo: number) => {
    const at = Math.floor(now() / 60_000) * 60_000 - minutesAgo * 60_000;
    return queue.context.store.transaction((tx) => tx.poolSamples.add(at, 60_000, at));
  };

  test('is two charts with words, and a table with every figure', async () => {
    await queue.started();
    await add(3);
    await queue.register();
    await add(1);
    const { text } = await read(`/pools/${queue.pool.id}/usage?range=1h`);
    expect(text).toMatch(/id="range-1h"[^>]*aria-current="true"/);
    expect(text).toMatch(
      /<svg[^>]*role="img" aria-labelledby="workers-title">.*<desc>Last hour: at most 2. Last: 1 busy, 1 idle, 0 drained./,
    );
    expect(text).toContain('<pattern id="workers-idle"');
    expect(text).toMatch(/data-label="Busy">1<\/td>/);
    expect(text).toMatch(/data-label="Busy">not known<\/td>/);
    expect(text).not.toMatch(/style="/);
  });

  test('says that nothing is known yet, whatever range is asked for', async () => {
    for (const range of ['', '?range=14d', '?range=constructor']) {
      const { text } = await read(`/pools/${queue.pool.id}/usage${range}`);
      expect(text).toContain('Nothing is known of this time yet');
    }
  });
});

describe('the changes of a plan on the page of its run', () => {
  const keep = (run: string, changes: PlanChanges) =>
    queue.context.store.transaction((tx) => tx.planChanges.put(run, changes));

  test('stand by what happens, with counts and reasons', async () => {
    const run = await queue.trigger();
    await keep(run, planChanges({ drift: [{ address: 'aws_eip.a', action: 'delete' }] }));
    const { text } = await read(`/runs/${run}`);
    expect(text).toContain('<h2 id="changes">Changes: 1 to replace, 1 to add</h2>');
    expect(text).toContain('<a href="#changes">1 to replace, 1 to add</a>');
    expect(text).toMatch(
      /<span class="bad">1 to replace<\/span>.*<code>aws_db.old<\/code> .*for engine; because cannot update/,
    );
    expect(text).toMatch(
      /1 to add<\/span>.*<code>aws_vpc.main<\/code>.*changed outside of the stack.*aws_eip.a.*1 output/,
    );
  });

  test('show names as text, whatever is in them, and the first thousand', async () => {
    const run = await queue.trigger();
    const hostile = 'x["</li><script>alert(1)</script>\u202e\u001b[2J\n"]';
    const many = Array.from({ length: 2000 }, (_, at) => ({ address: `null.x[${at}]`, action: 'create' as const }));
    const counts = { ...planChanges().counts, create: 2000, delete: 1 };
    await keep(run, planChanges({ counts, changes: [{ address: hostile, action: 'delete' }, ...many] }));
    const { text } = await read(`/runs/${run}`);
    expect(text).toContain('x[&quot;&lt;/li&gt;&lt;script&gt;alert(1)&lt;/script&gt;[U+202E]^[[2J^J&quot;]');
    expect(text).toContain('<code>null.x[999]</code>');
    expect(text).not.toContain('<code>null.x[1000]</code>');
    expect(text).toContain('and 1000 more');
  });

  test('are not there while nothing is known', async () => {
    const { text } = await read(`/runs/${await queue.trigger()}`);
    expect(text).not.toContain('id="changes"');
  });
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
  expect(text).toMatch(/Records \d+ and later are shown\. <a href="\/runs\/\w+\?after=0">From the beginning/);
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

describe('the outputs of a stack on its page', () => {
  const keep = async (...outputs: readonly Output[]) => {
    const { id } = (await queue.admin.stack('stack'))!;
    const run = await queue.trigger();
    await queue.context.store.transaction((tx) =>
      tx.outputs.put(id, run, { outputs: [...outputs], isCut: false }, queue.now),
    );
    return read(`/stacks/${id}`);
  };

  test('stand by name, harmless and cut, and no sensitive one has its value there', async () => {
    const { text } = await keep(
      { name: 'zone', sensitive: false, value: '"<script>\u202eeu"' },
      { name: 'long', sensitive: false, value: `"${'x'.repeat(2000)}"` },
      { name: 'password', sensitive: true, value: '"hunter2"' },
      { name: 'key', sensitive: true, value: null, withheld: 'sensitive' },
      { name: 'large', sensitive: false, value: null, withheld: 'too-large' },
    );
    expect(text).toContain('&quot;&lt;script&gt;[U+202E]eu&quot;');
    expect(text).toContain(`&quot;${'x'.repeat(499)}…`);
    expect(text).toMatch(
      />key<.*kept in the Pod of its run.*>large<.*larger than what is taken.*>password<.*and not shown/,
    );
    expect(text).not.toContain('hunter2');
  });

  test('stand on the page of the run that told them, and on no other', async () => {
    await keep(
      { name: 'zone', sensitive: false, value: '"eu"' },
      { name: 'password', sensitive: true, value: '"hunter2"' },
    );
    const before = await queue.trigger();
    const { runId } = (await queue.admin.outputs.of([(await queue.admin.stack('stack'))!.id])).values().next().value!;
    const { text } = await read(`/runs/${runId}`);
    expect(text).toMatch(/<h2 id="outputs">Outputs<\/h2>.*zone.*&quot;eu&quot;/s);
    expect(text).not.toContain('hunter2');
    expect((await read(`/runs/${before}`)).text).not.toContain('id="outputs"');
  });

  test('may be none', async () => {
    expect((await keep()).text).toMatch(/<h2 id="outputs">Outputs<\/h2>\s*<p>There are none\.<\/p>/);
  });
});
