import type { TestQueue } from '../../support/queue';
import { mutation, type Door } from './doors';

const WITH_REPOSITORY = { repository: { url: 'https://git.example.com/team/network.git' } };

/** Lets the stack have a repository, and hear of pushes to it. */
export async function hearing({ admin }: TestQueue, hears = true): Promise<void> {
  await admin.updateStack('stack', WITH_REPOSITORY);
  if (hears) await admin.pushes.create('stack', {});
}

export const pushDoors = (queueNow: () => TestQueue): Readonly<Record<string, Door>> => {
  const prepared = (hears: boolean) => () => hearing(queueNow(), hears).then(() => ({}));
  return {
    'Mutation.stackPushHookCreate': mutation(
      'stack.create-push-hook',
      '{stackPushHookCreate(stack: "stack"){path}}',
      prepared(false),
    ),
    'Mutation.stackPushHookUpdate': mutation(
      'stack.update-push-hook',
      '{stackPushHookUpdate(stack: "stack", forks: true){path}}',
      prepared(true),
    ),
    'Mutation.stackPushHookRotate': mutation(
      'stack.rotate-push-hook',
      '{stackPushHookRotate(stack: "stack"){path}}',
      prepared(true),
    ),
    'Mutation.stackPushHookDelete': mutation(
      'stack.delete-push-hook',
      '{stackPushHookDelete(stack: "stack"){path}}',
      prepared(true),
    ),
  };
};
