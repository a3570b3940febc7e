import { variables } from '../../admin/variables';
import { malformed } from '../../errors';
import { RUN_TYPES } from '../../queue/run-types';
import type { RunType, StackRecord } from '../../store/records';
import type { Field } from './field';
import type { Form } from './form';
import { requireStack } from './question';
import type { Values } from './values';

/** What people trigger by its kind; a task has a form of its own, as it has a command. */
const KINDS = Object.entries(RUN_TYPES).filter(([type, { of }]) => of === 'stack' && type !== 'TASK');

function typeOf(text: string): RunType {
  const [known] = KINDS.find(([type]) => type === text) ?? [];
  if (known !== undefined) return known as RunType;
  throw malformed('type', `there is no kind ${JSON.stringify(text.slice(0, 100))} of runs`);
}

/** What goes for one run alone. */
function runtimeFields({ projectRoot, runnerImage }: StackRecord): Field[] {
  return [
    {
      name: 'projectRoot',
      label: 'Folder of the project',
      hint: `Empty: as the stack has it${projectRoot === '' ? '' : `, ${projectRoot}`}. A dot: the source itself.`,
    },
    {
      name: 'runnerImage',
      label: 'Runner image',
      hint: `Empty: ${runnerImage === null ? "the pool's" : `as the stack has it, ${runnerImage}`}.`,
    },
    {
      name: 'environment',
      label: 'Variables, NAME=VALUE, one a line',
      kind: 'lines',
      hint: 'Beside those of the stack, or in place of them. Nobody is told a value afterwards.',
    },
  ];
}

function runtimeOf(values: Values) {
  const [projectRoot, runnerImage] = [values.optional('projectRoot'), values.optional('runnerImage')];
  return {
    ...(projectRoot === undefined ? {} : { projectRoot }),
    ...(runnerImage === undefined ? {} : { runnerImage }),
    environment: environmentOf(values.text('environment')),
  };
}

/** @throws RequestError `malformed` that tells the line */
function environmentOf(text: string): Record<string, string> {
  const all = text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return [];
    const equals = line.indexOf('=');
    // It may hold a secret.
    if (equals < 1) throw malformed('environment', `line ${at + 1} is not NAME=VALUE`);
    return [{ name: line.slice(0, equals).trim(), value: line.slice(equals + 1) }];
  });
  return variables(all, ({ name }) => name);
}

const trigger: Form = {
  path: '/stacks/:id/trigger',
  action: 'run.trigger',
  right: 'run:write',
  ask: async (admin, ids) => {
    const stack = await requireStack(admin, ids);
    const { id, name, autoDeploy } = stack;
    return {
      title: `Trigger a run of ${name}`,
      fields: [
        { name: 'key', label: '', kind: 'hidden', value: admin.newId() },
        {
          name: 'type',
          label: 'Kind',
          kind: 'choice',
          options: KINDS.map(([type, { kind }]) => [type, kind] as const),
          value: 'TRACKED',
        },
        {
          name: 'autoDeploy',
          label: 'Applies',
          kind: 'choice',
          options: [
            ['', `as the stack has it: ${autoDeploy ? 'by itself' : 'when confirmed'}; one that destroys asks`],
            ['yes', 'by itself'],
            ['no', 'when confirmed'],
          ],
        },
      ],
      more: {
        title: 'For this run alone: commit, folder, image, variables',
        fields: [
          {
            name: 'commitSha',
            label: 'Commit',
            hint: 'The hash of the commit that the source is of, where that is to be known.',
          },
          { name: 'commitMessage', label: 'Message of the commit' },
          ...runtimeFields(stack),
        ],
      },
      button: 'Trigger',
      back: `/stacks/${id}`,
    };
  },
  perform: async (admin, { id = '' }, values) => {
    const [commitSha, commitMessage] = [values.optional('commitSha'), values.optional('commitMessage')];
    const applies = values.choice('autoDeploy', ['yes', 'no']);
    const made = await admin.createRun({
      stack: id,
      type: typeOf(values.text('type')),
      ...(commitSha === undefined ? {} : { commitSha }),
      ...(commitMessage === undefined ? {} : { commitMessage }),
      ...(applies === undefined ? {} : { autoDeploy: applies === 'yes' }),
      ...runtimeOf(values),
      idempotencyKey: values.text('key'),
    });
    return { goTo: `/runs/${made.id}` };
  },
};

const task: Form = {
  path: '/stacks/:id/task',
  action: 'run.trigger',
  right: 'run:write',
  ask: async (admin, ids) => {
    const stack = await requireStack(admin, ids);
    const { id, name } = stack;
    return {
      title: `Run a task in ${name}`,
      sentence:
        'A shell carries out the command in the workspace of the stack, with its environment and its state, once runs that change something are over. Nobody is asked to confirm it.',
      fields: [
        { name: 'key', label: '', kind: 'hidden', value: admin.newId() },
        {
          name: 'command',
          label: 'Command',
          kind: 'lines',
          hint: 'Such as tofu state list. Everybody who sees the run sees it: put secrets into variables.',
          isRequired: true,
        },
        {
          name: 'skipInitialization',
          label: 'Without initializing the workspace first',
          kind: 'check',
        },
      ],
      more: { title: 'For this task alone: folder, image, variables', fields: runtimeFields(stack) },
      button: 'Run',
      back: `/stacks/${id}`,
    };
  },
  perform: async (admin, { id = '' }, values) => {
    const made = await admin.createRun({
      stack: id,
      type: 'TASK',
      command: values.text('command').trimEnd(),
      skipInitialization: values.isChecked('skipInitialization'),
      ...runtimeOf(values),
      idempotencyKey: values.text('key'),
    });
    return { goTo: `/runs/${made.id}` };
  },
};

export const NEW_RUN_FORMS: readonly Form[] = [trigger, task];
