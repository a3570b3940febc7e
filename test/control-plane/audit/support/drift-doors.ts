import type { Action } from '../../../../src/control-plane/audit/actions';
import type { TestQueue } from '../../support/queue';

type Drift = readonly [
  field: string,
  action: Action,
  document: string,
  prepare: (queue: TestQueue) => Promise<unknown>,
];

const nothing = () => Promise.resolve();
const scheduled = ({ admin }: TestQueue) => admin.drift.set('stack', { schedule: ['@daily'] }, 'create');

const door = (verb: string, rest: string, action: Action, prepare: Drift[3]): Drift => {
  const field = `stackIntegrationDriftDetection${verb}`;
  return [`Mutation.${field}`, action, `{${field}(stack: "stack"${rest}}`, prepare];
};

const DOORS: readonly Drift[] = [
  door('Create', ', input: {schedule: ["@daily"]}){deleted}', 'stack.set-drift-detection', nothing),
  door('Update', ', input: {schedule: ["@hourly"]}){deleted}', 'stack.set-drift-detection', scheduled),
  door('Delete', '){deleted}', 'stack.delete-drift-detection', scheduled),
  door('Trigger', '){id}', 'run.trigger', nothing),
];

/** The doors to drift detection, by their fields. */
export function driftDoors<Door>(
  mutation: (action: Action, document: string, prepare: () => Promise<object>) => Door,
  queue: () => TestQueue,
): Record<string, Door> {
  const door = ([, action, document, prepare]: Drift) =>
    mutation(action, document, () => prepare(queue()).then(() => ({})));
  return Object.fromEntries(DOORS.map((one) => [one[0], door(one)]));
}
