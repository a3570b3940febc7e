import { Command } from 'commander';
import { apiAction } from '../api/command';
import { ADD_STACK_DEPENDENCY, REMOVE_STACK_DEPENDENCY, STACK_DEPENDENCIES } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { commandGroup, withExamples } from '../api/help';
import { findStack } from '../api/operations';
import { print, table } from '../api/output';
import { notFound } from '../api/refused';
import { mapCommand, unmapCommand } from './stack-dependency-outputs';

/** `worker-pools stack dependency`: which stacks follow which. */
export const dependencyCommand = (): Command =>
  commandGroup(
    'dependency',
    'Let tracked runs of a stack follow those of another, and take its outputs.',
    addCommand(),
    removeCommand(),
    listCommand(),
    mapCommand(),
    unmapCommand(),
  );

const ofStacks = (name: string): Command =>
  new Command(name)
    .argument('<stack>', 'name or id of the stack that depends on the other')
    .argument('<depends-on>', 'name or id of the stack that it depends on');

function addCommand(): Command {
  const command = ofStacks('add').description(
    'Let a stack depend on another. From then on each tracked run of the other queues one of this stack, which goes when that has finished, and is canceled when that ends otherwise.',
  );
  return apiAction(
    withExamples(command, 'stack dependency add app network'),
    async (client, _, stack = '', dependsOn = '') => {
      const { dependency } = await client.query(ADD_STACK_DEPENDENCY, {
        input: { stackId: stack, dependsOnStackId: dependsOn },
      });
      const [name, upstream] = [dependency.stack?.name ?? stack, dependency.dependsOnStack?.name ?? dependsOn];
      print(`Stack ${name} depends on stack ${upstream}: tracked runs that are queued from now on go in this order.`);
    },
  );
}

function removeCommand(): Command {
  const command = ofStacks('remove').description(
    'Let a stack depend on another no longer. Runs that wait because of it wait for that no more.',
  );
  return apiAction(
    withExamples(command, 'stack dependency remove app network'),
    async (client, _, given = '', dependsOn = '') => {
      const stack = await findStack(client, given);
      const upstream = await findStack(client, dependsOn);
      const { stack: found } = await client.query(STACK_DEPENDENCIES, { id: stack.id });
      const dependency = found?.dependsOn.find(({ dependsOnStackId }) => dependsOnStackId === upstream.id);
      if (!dependency) throw notFound(`stack ${stack.name} does not depend on stack ${upstream.name}`);
      await client.query(REMOVE_STACK_DEPENDENCY, { id: dependency.id });
      print(`Stack ${stack.name} does not depend on stack ${upstream.name} any more.`);
    },
  );
}

function listCommand(): Command {
  const command = new Command('list')
    .argument('<stack>', 'name or id of the stack')
    .description(
      'List the stacks that a stack depends on, and those that depend on it, with the outputs that are taken.',
    );
  return apiAction<OutputFlags>(
    withExamples(withOutput(command), 'stack dependency list network'),
    async (client, flags, given = '') => {
      const { id } = await findStack(client, given);
      const { stack } = await client.query(STACK_DEPENDENCIES, { id });
      const all = [...(stack?.dependsOn ?? []), ...(stack?.isDependedOnBy ?? [])];
      const rows = all.map((one) => [
        one.stack?.name ?? one.stackId,
        one.dependsOnStack?.name ?? one.dependsOnStackId,
        one.references.map(({ outputName, inputName }) => `${outputName} as ${inputName}`).join(', '),
      ]);
      output(
        flags,
        all,
        all.map((one) => one.id),
        table([['STACK', 'DEPENDS ON', 'TAKES'], ...rows]),
      );
    },
  );
}
