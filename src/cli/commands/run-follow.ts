import { Option, type Command } from 'commander';
import type { ResultOf } from 'gql.tada';
import type { ApiClient } from '../api/client';
import type { STOP_RUN } from '../api/documents';
import { followLog, type LogEnd } from '../api/follow';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { print } from '../api/output';
import { EXIT_CODES, EXIT_CODES_HELP } from '../exit-codes';
import { UserError } from '../run-program';

export type Run = ResultOf<typeof STOP_RUN>['run'];

export interface FollowFlags extends OutputFlags {
  readonly follow?: boolean;
  readonly idempotencyKey?: string;
}

/** Adds the flags of a command that queues a run. @param times `once`: there is never a second one like it anyway */
export function withFollow(command: Command, times: 'once' | 'often' = 'often'): Command {
  const followed = withOutput(command).addOption(
    new Option('--follow', 'print the log until the run is over').conflicts('output'),
  );
  if (times === 'often') {
    followed.option(
      '--idempotency-key <key>',
      'the same key again gives the same run of the stack, as long as that is kept',
    );
  }
  return followed.addHelpText('after', EXIT_CODES_HELP);
}

/** Tells of a run that was queued, and follows it where that is wanted. */
export async function sayQueued(client: ApiClient, flags: FollowFlags, run: Run): Promise<void> {
  output(flags, run, run.id, `Run ${run.id} of stack ${run.stackName} is ${run.state}`);
  if (run.waitsFor !== null && !flags.output) print(`It waits for ${run.waitsFor}.`, process.stderr);
  if (flags.follow) conclude(await follow(client, run.id));
}

/** Follows a log; who leaves with Ctrl-C is told that the run does not. */
export async function follow(client: ApiClient, id: string): Promise<LogEnd> {
  const leave = (): void => {
    print(
      `\nRun ${id} continues. Follow it again with: worker-pools run log ${id} --follow; stop it with: worker-pools run stop ${id}`,
      process.stderr,
    );
    process.exit(EXIT_CODES.interrupted.code);
  };
  process.once('SIGINT', leave);
  try {
    return await followLog(client, id, true);
  } finally {
    process.off('SIGINT', leave);
  }
}

/** @throws UserError when a run that was followed had no success */
export function conclude(end: LogEnd): void {
  if (end.state === 'FINISHED') return;
  // Who stopped it and why is the last line of its log already.
  if (end.reason === 'Cancelled') throw new UserError(`the run is ${end.state}`);
  const why = end.message ? `: ${end.message}` : '';
  throw new UserError(`the run is ${end.state}${end.reason ? ` (${end.reason})` : ''}${why}`);
}
