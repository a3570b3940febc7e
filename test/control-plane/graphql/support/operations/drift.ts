import type { World } from '../world';
import { ofStack, one, type Operations } from './operation';

const SET = '($stack: ID!, $input: DriftDetectionIntegrationInput!)';
const GIVEN = '(stack: $stack, input: $input)';
const FIELDS = 'schedule timezone reconcile ignoreState deleted';

const input = { schedule: ['0 6 * * 1-5'], timezone: 'Europe/Berlin', reconcile: true, ignoreState: true };

const scheduled = async (world: World, schedule: string) => {
  await world.queue.admin.drift.set(world.stack, { schedule: [schedule] }, 'create');
  return ofStack(world);
};

export const DRIFT: Operations = {
  stackIntegrationDriftDetectionCreate: {
    shows: 'says when drift of a stack is looked for',
    document: `mutation${SET} { stackIntegrationDriftDetectionCreate${GIVEN} { ${FIELDS} } }`,
    given: (world) => ({ ...ofStack(world), input }),
    gives: () => ({ ...input, deleted: false }),
    then: ({ stack }) => ({
      ask: one('ID!', 'stack', 'driftedSince integrations { driftDetection { schedule nextSchedule } }'),
      with: { id: stack },
      gives: { stack: { driftedSince: null, integrations: { driftDetection: { schedule: input.schedule } } } },
    }),
  },
  stackIntegrationDriftDetectionUpdate: {
    shows: 'replaces all of that',
    document: `mutation${SET} { stackIntegrationDriftDetectionUpdate${GIVEN} { ${FIELDS} } }`,
    given: async (world) => ({ ...(await scheduled(world, '@daily')), input: { schedule: ['@hourly'] } }),
    gives: () => ({ schedule: ['@hourly'], timezone: 'UTC', reconcile: false, ignoreState: false }),
  },
  stackIntegrationDriftDetectionDelete: {
    shows: 'looks for it no longer',
    document: 'mutation($stack: ID!) { stackIntegrationDriftDetectionDelete(stack: $stack) { deleted } }',
    given: (world) => scheduled(world, '@daily'),
    gives: () => ({ deleted: true }),
    then: ({ stack }) => ({
      ask: one('ID!', 'stack', 'integrations { driftDetection { schedule } }'),
      with: { id: stack },
      gives: { stack: { integrations: { driftDetection: null } } },
    }),
  },
  stackIntegrationDriftDetectionTrigger: {
    shows: 'looks for it now',
    document: 'mutation($stack: ID!) { stackIntegrationDriftDetectionTrigger(stack: $stack) { type driftDetection } }',
    given: ofStack,
    gives: () => ({ type: 'PROPOSED', driftDetection: true }),
  },
};
