import { Command } from 'commander';
import type { DemoFlags } from '../demo';
import { withExamples } from '../api/help';
import { requireNode24 } from '../node-version';

/** `npm run demo`: the whole system on one machine, and one run of it. Works from a checkout only: it builds images. */
export function demoCommand(): Command {
  const command = new Command('demo')
    .description('Bring up a cluster with control plane, operator and a pool, and run an OpenTofu stack in it.')
    .option('--yes', 'install what is missing on this system without asking')
    .option('--down', 'remove all of it')
    .option('--context <name>', 'use this context of your kubeconfig instead of a local cluster')
    .option('--registry <registry>', 'with --context: where to push the images, as the cluster reaches it')
    .addHelpText(
      'after',
      `
Which cluster: --context when given; else kind where Docker runs; else, on Linux as root, a real node on this machine.
Ctrl-C is safe at any time: the next start continues from there. The exit code is 0 when the run has FINISHED.`,
    )
    .action(async (flags: DemoFlags) => {
      requireNode24('demo');
      await (await import('../demo')).demo(flags);
    });
  return withExamples(
    command,
    'demo --yes',
    'demo --context kind-mine --registry registry.example.com/worker-pools',
    'demo --down',
  );
}
