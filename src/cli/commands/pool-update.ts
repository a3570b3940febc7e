import { Command, InvalidArgumentError } from 'commander';
import { checkPoolName } from '../../control-plane/names';
import { apiAction } from '../api/command';
import { POOL_TO_CHANGE, UPDATE_POOL } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { withExamples } from '../api/help';
import { findPool, poolNotFound } from './find-pool';
import { collect } from '../options';
import { UsageError } from '../run-program';

interface UpdateFlags extends OutputFlags {
  readonly name?: string;
  readonly description?: string;
  readonly label?: readonly string[];
  readonly removeLabel?: readonly string[];
  readonly space?: string;
  readonly driftRuns?: number;
}

export function updateCommand(): Command {
  const command = new Command('update')
    .argument('<pool>', 'name or id of the pool')
    .description('Change a pool; what is not given stays as it is, and so do its token and workers.')
    .option('--name <name>', 'another name')
    .option('--description <text>', 'what the pool is for; "": nothing')
    .option('--label <label>', 'add a label, repeatable', collect)
    .option('--remove-label <label>', 'remove a label, repeatable', collect)
    .option('--space <space>', 'space of the pool')
    .option('--drift-runs <number>', 'drift runs at once; 0: none, unlimited: no limit', driftRuns);
  withExamples(
    withOutput(command),
    'pool update production --name "Production, eu-west-1" --label eu --remove-label old',
    'pool update production --description "" --drift-runs unlimited',
  );
  return apiAction<UpdateFlags>(command, async (client, flags, given = '') => {
    const { label: added = [], removeLabel: removed = [], ...rest } = flags;
    const both = added.find((label) => removed.includes(label));
    if (both !== undefined) throw new UsageError(`label ${both} is to be added and removed: give one of both`);
    const { name, description, space, driftRuns: limit } = rest;
    const isChange = [name, description, space, limit].some((one) => one !== undefined);
    if (!isChange && added.length + removed.length === 0) {
      throw new UsageError('nothing to change: say what, for example --description TEXT (--help lists all)');
    }
    const { id } = await findPool(client, given);
    const { workerPool: before } = await client.query(POOL_TO_CHANGE, { id });
    if (!before) throw poolNotFound(id);
    const { pool } = await client.query(UPDATE_POOL, {
      id,
      name: name === undefined ? before.name : checkPoolName(name),
      description: (description ?? before.description) || null,
      labels: [...new Set([...before.labels.filter((label) => !removed.includes(label)), ...added])],
      space: space ?? before.space,
      limit: limit ?? before.driftDetectionRunLimit,
      // What somebody else has changed since it was read must not be undone.
      version: before.version,
    });
    output(flags, pool, pool.id, `Pool ${pool.name} is changed.`);
  });
}

function driftRuns(value: string): number {
  if (value === 'unlimited') return -1;
  const number = Number(value);
  if (/^\d+$/.test(value) && number < 2 ** 31) return number;
  throw new InvalidArgumentError('it must be a whole number from 0 up, or unlimited');
}
