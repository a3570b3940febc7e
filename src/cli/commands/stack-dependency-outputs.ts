import { Command } from 'commander';
import { apiAction } from '../api/command';
import { MAP_OUTPUT, STACK_DEPENDENCIES, UNMAP_OUTPUT } from '../api/documents';
import { withExamples } from '../api/help';
import { findStack } from '../api/operations';
import { print } from '../api/output';
import { notFound } from '../api/refused';

export function mapCommand(): Command {
  const command = new Command('map')
    .argument('<stack>', 'name or id of the stack that depends on the other')
    .argument('<depends-on>', 'name or id of the stack whose output it takes')
    .argument('<output>', 'name of the output')
    .argument('<variable>', 'name of the variable, such as TF_VAR_vpc_id')
    .description(
      'Let a stack have an output of one that it depends on in its environment. From then on a run of the other queues one of this stack as before, but it goes only if an output that it takes has changed since its last success.',
    )
    .option('--always', 'let it go though the output has not changed');
  withExamples(
    command,
    'stack dependency map app network vpc_id TF_VAR_vpc_id',
    'stack dependency map app network zone ZONE --always',
  );
  return apiAction<{ always?: boolean }>(
    command,
    async (client, { always = false }, given = '', dependsOn = '', outputName = '', inputName = '') => {
      const stack = await findStack(client, given);
      const upstream = await findStack(client, dependsOn);
      const { stack: found } = await client.query(STACK_DEPENDENCIES, { id: stack.id });
      const dependency = found?.dependsOn.find(({ dependsOnStackId }) => dependsOnStackId === upstream.id);
      if (!dependency) {
        const how = `worker-pools stack dependency add ${stack.name} ${upstream.name}`;
        throw notFound(`stack ${stack.name} does not depend on stack ${upstream.name}: ${how}`);
      }
      const reference = { outputName, inputName, triggerAlways: always };
      await client.query(MAP_OUTPUT, { dependency: dependency.id, reference });
      print(
        `Runs of stack ${stack.name} that start from now on have the output ${outputName} of stack ${upstream.name} as ${inputName}.`,
      );
    },
  );
}

export function unmapCommand(): Command {
  const command = new Command('unmap')
    .argument('<stack>', 'name or id of the stack')
    .argument('<variable>', 'name of the variable')
    .description('Let a stack have an output of another in its environment no longer.');
  return apiAction(
    withExamples(command, 'stack dependency unmap app TF_VAR_vpc_id'),
    async (client, _, given = '', inputName = '') => {
      const stack = await findStack(client, given);
      const { stack: found } = await client.query(STACK_DEPENDENCIES, { id: stack.id });
      const all = found?.dependsOn.flatMap(({ references }) => references) ?? [];
      const reference = all.find((one) => one.inputName === inputName);
      if (!reference) throw notFound(`stack ${stack.name} has no output of another stack as ${inputName}`);
      await client.query(UNMAP_OUTPUT, { id: reference.id });
      print(`Runs of stack ${stack.name} that start from now on do not have ${inputName} of another stack.`);
    },
  );
}
