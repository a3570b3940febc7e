import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { chooseCluster, install, type Missing } from '../../local-cluster';
import { bringUp } from '../demo/bring-up';
import { DEMO } from '../demo/settings';
import { runTheStack, sayHowToGoOn } from '../demo/show';
import { takeDown } from '../demo/take-down';
import { terminalProgress } from '../progress';
import { UserError } from '../run-program';

interface Flags {
  readonly yes?: boolean;
  readonly down?: boolean;
  readonly context?: string;
  readonly registry?: string;
}

const NAME = 'demo';

/** `npm run demo`: the whole system on one machine, and one run of it. Works from a checkout only: it builds images. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('Bring up a cluster with control plane, operator and a pool, and run an OpenTofu stack in it.')
    .option('--yes', 'install what is missing on this system without asking')
    .option('--down', 'remove all of it')
    .option('--context <name>', 'use this context of your kubeconfig instead of a local cluster')
    .option('--registry <registry>', 'with --context: where to push the images, as the cluster reaches it')
    .addHelpText(
      'after',
      `
Which cluster: --context when given; else kind where Docker runs; else, on Linux as root, a real node on this machine.
Ctrl-C is safe at any time: the next start goes on from what stands. The exit code is 0 when the run has FINISHED.`,
    )
    .action(demo);
}

async function demo(flags: Flags): Promise<void> {
  if (!existsSync(DEMO.operator.chart)) {
    throw new UserError('the demo builds images and charts from their sources: run `npm run demo` in a checkout');
  }
  const progress = terminalProgress();
  const { context, registry } = flags;
  const { cluster, missing } = await chooseCluster({ name: NAME, context, registry, progress });
  if (flags.down) {
    await takeDown(cluster, NAME, progress);
    process.stderr.write('The demo is gone. What is costly to make stays in the cache folder.\n');
    return;
  }
  await agreeAndInstall(missing, flags.yes ?? false);
  const demo = await bringUp(cluster, NAME, progress);
  try {
    const end = await runTheStack(demo);
    sayHowToGoOn(demo, end);
    if (end.state !== 'FINISHED') throw new UserError(`the run is ${end.state}: ${end.message}`);
  } finally {
    await demo.close();
  }

  async function agreeAndInstall(lacks: readonly Missing[], agreed: boolean): Promise<void> {
    if (lacks.length === 0) return;
    for (const { sentence } of lacks) process.stderr.write(`${sentence}\n`);
    if (!agreed && !(await asks('Install these now?'))) {
      throw new UserError('nothing was installed; `npm run demo -- --yes` installs what is missing without asking');
    }
    await install(lacks, progress);
  }
}

async function asks(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
