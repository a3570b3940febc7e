import type { Command } from 'commander';
import { withExamples } from '../api/help';

/** How kubectl calls the plugin: an underscore in the name of its file is a dash in that of the command. */
export const PLUGIN = 'kubectl worker-pools';

export const withPluginExamples = (command: Command, ...examples: readonly string[]): Command =>
  withExamples(command, ...examples.map((example) => ({ program: PLUGIN, example })));
