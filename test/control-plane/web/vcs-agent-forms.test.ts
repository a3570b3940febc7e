import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parseVcsAgentToken } from '../../../src/protocol/vcs-agents';
import { TestQueue } from '../support/queue';
import { formReader } from './support/form';

let queue: TestQueue;

beforeEach(async () => {
  queue = await TestQueue.ready();
});

afterEach(() => queue.close());

const typed = { name: 'gitlab', description: 'of the platform team' };

test('a VCS agent pool is made once, however often its form is sent, and its token is shown then alone', async () => {
  const form = await formReader(queue).open('/vcs-agent-pools/new');
  const answers = [await form.send(typed), await form.send(form.sent)];
  const [token, again] = answers.map(({ text }) => /id="token" tabindex="0">([\w+/=]+)</.exec(text)?.[1]);
  expect(again).toBe(token);
  const [pool, ...more] = await queue.admin.vcsAgents.list();
  expect(more).toEqual([]);
  expect(parseVcsAgentToken(token!)).toMatchObject({ poolId: pool!.id, endpoint: 'https://127.0.0.1:1' });
  const { text } = await formReader(queue).read('/vcs-agent-pools');
  expect(text).not.toContain(token);
  expect(text).toMatch(/gitlab[^]*none connected[^]*private:\/\/gitlab\/…[^]*of the platform team/);
});

test('a VCS agent pool is changed and deleted', async () => {
  const { id } = await queue.admin.vcsAgents.create(typed);
  const form = await formReader(queue).open(`/vcs-agent-pools/${id}/settings`);
  expect((await form.send({ ...typed, name: 'gitlab-2' })).location).toBe('/vcs-agent-pools');
  const outdated = await form.send({ ...typed, name: 'gitlab-3' });
  expect(outdated.status).toBe(409);
  await queue.admin.updateStack('stack', { repository: { url: 'private://gitlab-2/team/app.git' } });
  const asked = (await formReader(queue).read(`/vcs-agent-pools/${id}/delete`)).text;
  expect(asked).toMatch(/Runs of these stacks fetch their sources through it, and cannot any more:.*>stack<\/a>/s);
  const gone = await formReader(queue).open(`/vcs-agent-pools/${id}/delete`);
  expect((await gone.send({})).location).toBe('/vcs-agent-pools');
  expect((await gone.send({})).text).toContain('it may have been deleted');
});

test('says beside the name what is wrong', async () => {
  await queue.admin.vcsAgents.create(typed);
  const form = await formReader(queue).open('/vcs-agent-pools/new');
  for (const [name, sentence] of [
    ['a/b', 'is not allowed: letters, digits, dot, dash and underscore'],
    ['gitlab', 'A VCS agent pool is named gitlab already'],
  ]) {
    expect((await form.send({ ...typed, name: name! })).text).toMatch(
      new RegExp(`<p class="bad" id="name-error">[^<]*${sentence}`),
    );
  }
});
