import type { World } from '../world';
import { ofStack, one, type Operations } from './operation';

const REPOSITORY = { url: 'https://git.example.com/team/network.git' };
const DELIVERY = { host: 'GitHub', event: 'push', runId: null, message: 'branch main was deleted' };

/** The stack has a repository, and perhaps hears of pushes to it, one of which came. */
async function given(world: World, hears: boolean) {
  const { admin } = world.queue;
  const { id } = await admin.updateStack(world.stack, { repository: REPOSITORY });
  if (!hears) return ofStack(world);
  await admin.pushes.create(world.stack, { paths: ['modules'] });
  await admin.pushes.note(id, DELIVERY);
  return ofStack(world);
}

const FIELDS = 'path forks paths secret createdAt secretCreatedAt';
const ASKED = '($stack: ID!, $forks: Boolean, $paths: [String!])';
const SETTINGS = '(stack: $stack, forks: $forks, paths: $paths)';
const shown = one('ID!', 'stack', `pushHook { ${FIELDS} deliveries { id receivedAt host event run message } }`);

export const PUSH_HOOKS: Operations = {
  stackPushHookCreate: {
    shows: 'lets the git host tell of pushes, and tells the secret',
    document: `mutation${ASKED} { stackPushHookCreate${SETTINGS} { ${FIELDS} } }`,
    given: async (world) => ({ ...(await given(world, false)), paths: ['./modules/', '.'] }),
    gives: () => ({ forks: false, paths: ['modules', '.'] }),
    then: ({ stack }) => ({
      ask: shown,
      with: { id: stack },
      gives: { stack: { pushHook: { secret: null, deliveries: [] } } },
    }),
  },
  stackPushHookUpdate: {
    shows: 'changes of which pushes a stack hears; the secret stays',
    document: `mutation${ASKED} { stackPushHookUpdate${SETTINGS} { ${FIELDS} } }`,
    given: async (world) => ({ ...(await given(world, true)), forks: true }),
    gives: () => ({ forks: true, paths: [], secret: null }),
    then: ({ stack }) => ({
      ask: shown,
      with: { id: stack },
      gives: {
        stack: { pushHook: { forks: true, deliveries: [{ host: 'GitHub', event: 'push', run: null }] } },
      },
    }),
  },
  stackPushHookRotate: {
    shows: 'gives the git host another secret',
    document: `mutation($stack: ID!) { stackPushHookRotate(stack: $stack) { ${FIELDS} } }`,
    given: (world) => given(world, true),
    gives: () => ({ paths: ['modules'] }),
  },
  stackPushHookDelete: {
    shows: 'hears of pushes no longer',
    document: 'mutation($stack: ID!) { stackPushHookDelete(stack: $stack) { path secret } }',
    given: (world) => given(world, true),
    gives: () => ({ secret: null }),
    then: ({ stack }) => ({ ask: shown, with: { id: stack }, gives: { stack: { pushHook: null } } }),
  },
};
