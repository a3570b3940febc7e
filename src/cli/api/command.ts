import type { Command } from 'commander';
import { ApiClient } from './client';
import { connectionOf, withConnection, type ConnectionFlags } from './connection';

/** Makes a command that talks to a control plane: adds the flags, opens a client for the action and closes it. */
export function apiAction<F extends object, Given extends readonly unknown[] = string[]>(
  command: Command,
  action: (client: ApiClient, flags: F, ...given: Given) => Promise<void>,
): Command {
  return withConnection(command).action(async (...given: unknown[]) => {
    // Commander gives the arguments, then the options, then the command.
    const flags = given.at(-2) as F & ConnectionFlags;
    const client = new ApiClient(connectionOf(flags));
    try {
      await action(client, flags, ...(given.slice(0, -2) as unknown as Given));
    } finally {
      client.close();
    }
  });
}
