import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import { archive } from '../audit/support/doors';
import { lockState } from '../audit/support/furnished';
import { TestQueue } from '../support/queue';
import { formReader } from './support/form';

let queue: TestQueue;
let at: string;

beforeEach(async () => {
  queue = await TestQueue.ready();
  at = `/stacks/${(await queue.admin.stack('stack'))!.id}`;
});

afterEach(() => queue.close());

const open = (path: string) => formReader(queue).open(`${at}/${path}`);
const page = async (path = '') => (await formReader(queue).read(`${at}${path}`)).text;

describe('dependencies of a stack', () => {
  test('are added by name, shown on both sides, and removed', async () => {
    await queue.addStack('network');
    const form = await open('dependencies/new');
    expect((await form.send({ dependsOnStackId: 'network' })).location).toBe(at);
    expect(await page()).toMatch(/Depends on<\/dt> <dd>.*>network<\/a>.*Depend on it<\/dt> <dd>none/);
    const [, remove] = new RegExp(`href="${at}/(dependencies/\\w+/delete)"`).exec(await page()) ?? [];
    const question = await open(remove!);
    expect((await question.send({})).location).toBe(at);
    expect(await page()).toMatch(/Depends on<\/dt> <dd>none/);
    expect((await question.send({})).text).toContain('somebody may have removed it');
  });

  test.each([
    ['one that would make a cycle, with its path', 'network', 'stack -&gt; network -&gt; stack'],
    ['itself', 'stack', 'cannot depend on itself'],
    ['one that is not there', 'nothing', 'Stack nothing not found'],
  ])('are refused beside the field for %s', async (_, name, sentence) => {
    await queue.addStack('network');
    await queue.admin.addStackDependency('network', 'stack');
    const { text } = await (await open('dependencies/new')).send({ dependsOnStackId: name });
    expect(text).toContain(sentence);
    expect(text).toMatch(/id="dependsOnStackId-error"/);
    expect(text).toContain(`value="${name}"`);
  });
});

describe('outputs of a stack that it depends on', () => {
  const add = async () => {
    await queue.addStack('network');
    const { id } = await queue.admin.addStackDependency('stack', 'network');
    return open(`dependencies/${id}/outputs/new`);
  };

  test('are taken as variables, shown, and taken no more', async () => {
    const form = await add();
    const typed = { outputName: 'vpc_id', inputName: 'TF_VAR_vpc_id', triggerAlways: 'yes' };
    expect((await form.send(typed)).location).toBe(at);
    expect(await page()).toMatch(/vpc_id<\/code> as <code>TF_VAR_vpc_id<\/code>, whether it has changed or not/);
    const [, remove] = new RegExp(`href="${at}/(outputs/\\w+/delete)"`).exec(await page()) ?? [];
    const question = await open(remove!);
    expect((await question.send({})).location).toBe(at);
    expect(await page()).not.toContain('TF_VAR_vpc_id');
    expect((await question.send({})).text).toContain('somebody may have removed it');
  });

  test.each([
    ['outputName', { outputName: 'a b', inputName: 'X' }, 'is no name of an output'],
    ['inputName', { outputName: 'a', inputName: 'SPACELIFT_DEBUG' }, 'is a setting of the pool'],
  ])('are refused beside %s', async (field, typed, sentence) => {
    const { text } = await (await add()).send(typed);
    expect(text).toContain(sentence);
    expect(text).toContain(`id="${field}-error"`);
  });
});

describe('drift detection of a stack', () => {
  const schedule = { schedule: '0 6 * * 1-5\n@daily', timezone: 'Europe/Berlin', reconcile: 'yes' };

  test('is scheduled, shown, and scheduled no more', async () => {
    expect((await (await open('drift')).send(schedule)).location).toBe(at);
    const { id } = (await queue.admin.stack('stack'))!;
    expect((await queue.admin.drift.ofStacks([id])).get(id)).toMatchObject({
      ...{ schedule: ['0 6 * * 1-5', '@daily'], timezone: 'Europe/Berlin', reconcile: true, ignoreState: false },
    });
    expect(await page()).toContain('<code>0 6 * * 1-5</code>');
    expect((await (await open('drift/delete')).send({})).location).toBe(at);
    expect(await page()).toMatch(/Schedule<\/dt> <dd>none/);
  });

  test.each([
    ['schedule', { schedule: 'often' }, '&quot;often&quot; is no cron expression'],
    ['schedule', { schedule: '' }, 'A schedule has 1 to 20 cron expressions'],
    ['timezone', { timezone: 'Mars' }, 'Time zone &quot;Mars&quot; is not known'],
  ])('says beside the %s what is wrong', async (field, typed, sentence) => {
    const { text } = await (await open('drift')).send({ ...schedule, ...typed });
    expect(text).toContain(`<p class="bad" id="${field}-error">${sentence}`);
    expect(text).toMatch(/name="reconcile"[^>]*checked/);
  });

  test('that somebody else has changed meanwhile is not changed', async () => {
    const form = await open('drift');
    await queue.admin.drift.set('stack', { schedule: ['@hourly'] }, 'create');
    const { status, text } = await form.send(schedule);
    expect(status).toBe(409);
    expect(text).toContain('Now it is: @hourly');
  });

  test('is looked for at once, by one run', async () => {
    const form = await open('drift/run');
    expect((await form.send({})).location).toMatch(/^\/runs\//);
    expect((await form.send({})).text).toContain('looks for drift of stack stack already');
  });
});

describe('the state of a stack', () => {
  const push = (serial: number) =>
    queue.admin.states.push(
      'stack',
      Readable.from([JSON.stringify({ version: 4, serial, lineage: 'a', resources: [] })]),
    );

  test('is listed by versions, fetched, and restored once, however often the form is sent', async () => {
    for (const serial of [1, 2, 3]) await push(serial);
    expect(await page('/state')).toMatch(
      /3 <span class="state good">newest<\/span>.*data-label="Serial">3<.*data-label="Serial">1</,
    );
    const answer = await formReader(queue).ask(`${at}/state/1/download`, {});
    expect(answer.headers.get('Content-Disposition')).toBe('attachment; filename="stack-1.tfstate"');
    expect(await answer.json()).toMatchObject({ serial: 1 });
    const form = await open('state/1/restore');
    for (let sent = 0; sent < 2; sent += 1) expect((await form.send({})).location).toBe(`${at}/state`);
    expect(await page('/state')).toContain('a person, from version 1');
    const { id } = (await queue.admin.stack('stack'))!;
    expect((await queue.admin.states.versions(id, 10)).map(({ number }) => number)).toEqual([4, 3, 2, 1]);
  });

  test('is fetched and restored by those alone who may', async () => {
    await push(1);
    await push(2);
    const { id, secret } = await queue.admin.keys.create({ name: 'a reader', role: 'reader' });
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const ask = (path: string) => formReader(queue).ask(`${at}/${path}`, { headers: { authorization } });
    expect((await ask('state/1/download')).status).toBe(403);
    expect((await ask('state/1/restore')).status).toBe(403);
    const list = await ask('state');
    expect(list.status).toBe(200);
    expect(await list.text()).not.toMatch(/download|restore/);
  });

  test('shows who has locked it, and is unlocked', async () => {
    await lockState(queue);
    for (const path of ['', '/state']) expect(await page(path)).toMatch(/locked<\/span> by run .* for plan/);
    expect((await (await open('state/unlock')).send({})).location).toBe(`${at}/state`);
    expect(await page('/state')).not.toContain('locked</span>');
    expect((await formReader(queue).read(`${at}/state/unlock`)).text).toContain('is not locked, or no longer');
  });
});

describe('the source of a stack', () => {
  test('is uploaded from a form', async () => {
    const before = (await queue.admin.stack('stack'))!.source;
    const form = await open('source');
    const file = new File([archive('x'.repeat(300_000))], 'source.tgz');
    expect((await form.send({ source: file })).location).toBe(at);
    expect((await queue.admin.stack('stack'))!.source).not.toBe(before);
  });

  test.each([
    ['no file', new File([], ''), 'No file was chosen'],
    ['a picture', new File([new Uint8Array([0x89, 0x50, 0x4e, 0x47])], 'a.png'), 'The source is no tar.gz'],
    ['an empty one', new File([], 'empty.tgz'), 'The source is no tar.gz'],
    ['a large text', new File(['x'.repeat(1_000_000)], 'a.txt'), 'The source is no tar.gz'],
  ])('is not %s: that is said beside the field', async (_, file, sentence) => {
    const before = (await queue.admin.stack('stack'))!.source;
    const { status, text } = await (await open('source')).send({ source: file });
    expect(status).toBe(400);
    expect(text).toContain(`<p class="bad" id="source-error">${sentence}`);
    expect((await queue.admin.stack('stack'))!.source).toBe(before);
  });
});

describe('a run', () => {
  test('has what was said of it alone', async () => {
    const form = await open('trigger');
    const { location } = await form.send({
      ...{
        type: 'PROPOSED',
        commitSha: 'abcdef1',
        commitMessage: 'a change',
        projectRoot: '.',
        runnerImage: 'an/image:1',
      },
      environment: 'TOKEN=a=secret \nEMPTY=\n\n',
    });
    const run = await queue.admin.run(location!.split('/').at(-1)!);
    expect(run).toMatchObject({
      ...{
        type: 'PROPOSED',
        commitSha: 'abcdef1',
        commitMessage: 'a change',
        projectRoot: '',
        runnerImage: 'an/image:1',
      },
      environmentNames: ['EMPTY', 'TOKEN'],
    });
    expect((await formReader(queue).read(location!)).text).not.toContain('a=secret');
  });

  test('is a task with its command', async () => {
    const { location } = await (
      await open('task')
    ).send({ command: 'tofu state list |\n  wc -l\n', skipInitialization: 'yes' });
    expect(await queue.admin.run(location!.split('/').at(-1)!)).toMatchObject({
      ...{ type: 'TASK', command: 'tofu state list |\n  wc -l', skipInitialization: true },
    });
  });

  test.each([
    ['trigger', 'environment', { environment: 'A=1\nnonsense' }, 'Line 2 is not NAME=VALUE'],
    ['trigger', 'environment', { environment: 'A=1\nA=2' }, 'Environment variable A is given twice'],
    ['trigger', 'projectRoot', { projectRoot: '../..' }, 'must be a folder inside the source'],
    ['trigger', 'type', { type: 'TASK' }, 'There is no kind'],
    ['task', 'command', { command: ' ' }, 'The command of a task is not allowed'],
  ])(
    'of the form %s says beside %s what is wrong, and where it stands is open',
    async (path, field, typed, sentence) => {
      const { text } = await (await open(path)).send({ type: 'TRACKED', command: 'x', ...typed });
      expect(text).toMatch(new RegExp(`<p class="bad" id="${field}-error">[^<]*${sentence}`));
      if (field === 'environment' || field === 'projectRoot') expect(text).toContain('<details class="more" open>');
      expect(await queue.admin.runs()).toEqual([]);
    },
  );
});

test('a value of several lines is taken from a file as it is', async () => {
  const form = await open('environment');
  const key = '-----BEGIN KEY-----\r\nabc\n';
  expect((await form.send({ environment: 'KEY', value: '', valueFile: new File([key], 'key.pem') })).status).toBe(303);
  const { id } = (await queue.admin.stack('stack'))!;
  expect((await queue.context.store.read.stacks.environment(id)).KEY).toBe(key);
});

describe('pushes to a stack', () => {
  beforeEach(() => queue.admin.updateStack('stack', { repository: { url: 'https://git.example.com/team/net.git' } }));

  const id = () => at.replace('/stacks/', '');
  const secretIn = (text: string) => /id="secret"[^>]*>(whsec_\S+=)</.exec(text)?.[1];

  test('are followed by runs once a form made the secret, which sent twice shows the same', async () => {
    const form = await open('push-hook/new');
    const secret = secretIn((await form.send({ paths: 'modules\n.' })).text);
    expect(secretIn((await form.send({ paths: 'modules\n.' })).text)).toBe(secret);
    expect((await queue.admin.pushes.secretOf('stack'))?.secret).toBe(secret);
    await queue.admin.pushes.note(id(), { host: 'GitHub', event: 'push', runId: null, message: 'it is <b>none</b>' });
    const shown = await page();
    expect(shown).toContain(`/api/v1${at}/push`);
    expect(shown).toContain('it is &lt;b&gt;none&lt;/b&gt;');
    expect(shown).not.toContain(secret);
  });

  test('are followed by others, by another secret, and by none', async () => {
    const { secret: first } = await queue.admin.pushes.create('stack', { paths: ['modules'] });
    expect((await (await open('push-hook')).send({ paths: '', forks: 'yes' })).location).toBe(at);
    expect((await queue.admin.pushes.ofStacks([id()])).get(id())).toMatchObject({ forks: true, paths: [] });
    const second = secretIn((await (await open('push-hook/rotate')).send({})).text);
    expect(second).not.toBe(first);
    expect((await (await open('push-hook/delete')).send({})).location).toBe(at);
    expect(await page()).toContain('followed by no runs');
  });

  test('are refused beside the field for a path that leads out', async () => {
    const { text } = await (await open('push-hook/new')).send({ paths: '../other' });
    expect(text).toMatch(/id="paths-error"/);
  });
});
