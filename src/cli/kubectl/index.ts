import type { Command } from 'commander';
import { describeCommand } from './describe';
import { doctorCommand } from './doctor';
import { PLUGIN } from './examples';
import { logsCommand } from './logs';
import { runsCommand } from './runs';

/** All that `kubectl worker-pools` can be told, in the order of its help. */
export const pluginCommands = (): Command[] => [doctorCommand(PLUGIN), runsCommand(), logsCommand(), describeCommand()];

export { PLUGIN } from './examples';
