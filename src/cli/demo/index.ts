import { existsSync } from 'node:fs';
import { chooseCluster, install, type Missing } from '../../local-cluster';
import { asks } from '../api/confirm';
import { terminalProgress } from '../progress';
import { UserError } from '../run-program';
import { bringUp } from './bring-up';
import { DEMO } from './settings';
import { runTheStack, sayHowToGoOn } from './show';
import { takeDown } from './take-down';

export interface DemoFlags {
  readonly yes?: boolean;
  readonly down?: boolean;
  readonly context?: string;
  readonly registry?: string;
}

const NAME = 'demo';

/** Brings the demo up and runs its stack, or takes it down. */
export async function demo(flags: DemoFlags): Promise<void> {
  if (!existsSync(DEMO.operator.chart)) {
    throw new UserError('the demo builds images and charts from their sources: run `npm run demo` in a checkout');
  }
  const progress = terminalProgress();
  const { context, registry } = flags;
  const { cluster, missing, buildTime } = await chooseCluster({ name: NAME, context, registry, progress });
  if (flags.down) {
    await takeDown(cluster, NAME, progress);
    process.stderr.write('The demo is removed. Downloads and builds stay in the cache folder.\n');
    return;
  }
  await agreeAndInstall(missing, flags.yes ?? false);
  if (buildTime !== undefined) {
    process.stderr.write(
      `First start: what cannot be downloaded is built from source, which takes ${buildTime}; later starts reuse it.\n`,
    );
  }
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
