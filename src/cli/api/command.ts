import type { Command } from 'commander';
import { ApiClient } from './client';
import { UsageError } from '../run-program';
import { connectionOf, withConnection, type ConnectionFlags } from './connection';

/** Makes a command that talks to a control plane: adds the flags, opens a client for the action and closes it. */
export function apiAction<F extends object, Given extends readonly unknown[] = string[]>(
  command: Command,
  action: (client: ApiClient, flags: F, ...given: Given) => Promise<void>,
): Command {
  return withConnection(command).action(async (...given: unknown[]) => {
    // Commander gives the arguments, then the options, then the command.
    const flags = given.at(-2) as F & ConnectionFlags;
    refuseEmpty(command, given);
    const client = new ApiClient(connectionOf(flags));
    try {
      await action(client, flags, ...(given.slice(0, -2) as unknown as Given));
    } finally {
      client.close();
    }
  });
}

/** `pool delete "$POOL"` where the variable is not set names nothing. */
function refuseEmpty({ registeredArguments }: Command, given: readonly unknown[]): void {
  const empty = registeredArguments.find((_, index) => given[index] === '');
  if (empty) throw new UsageError(`<${empty.name()}> is empty: ${empty.description}`);
}
