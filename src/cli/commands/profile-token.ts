import { Command } from 'commander';
import { apiAction } from '../api/command';
import { withExamples } from '../api/help';
import { print } from '../api/output';

/** `worker-pools profile export-token`: for programs that take a token, such as OpenTofu for the registry of modules. */
export function exportTokenCommand(): Command {
  const command = new Command('export-token').description(
    'Print a token of the API key, secret, good for ten hours at most: for programs that take one, such as OpenTofu (TF_TOKEN_HOST).',
  );
  return apiAction(withExamples(command, 'profile export-token --profile production'), async (client) => {
    print(await client.token());
  });
}
