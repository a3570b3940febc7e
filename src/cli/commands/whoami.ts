import { Command } from 'commander';
import { apiAction } from '../api/command';
import { VIEWER } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { withExamples } from '../api/help';
import { table } from '../api/output';
import { EXIT_CODES } from '../exit-codes';
import { UserError } from '../run-program';

/** `worker-pools whoami`: which API key the other commands come with. */
export function whoamiCommand(): Command {
  const command = new Command('whoami').description(
    'Show at which control plane one is logged in, as which API key, and with which role.',
  );
  return apiAction<OutputFlags>(withExamples(withOutput(command), 'whoami'), async (client, flags) => {
    const { viewer } = await client.query(VIEWER);
    if (!viewer) throw new UserError('unauthorized: not logged in', EXIT_CODES.denied.code);
    const me = { ...viewer, url: client.url };
    const rows = [
      ['Control plane', me.url],
      ['API key', me.name],
      ['Id', me.id],
      ['Role', me.role],
    ];
    output(flags, me, me.id, table(rows));
  });
}
