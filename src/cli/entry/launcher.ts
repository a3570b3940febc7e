import { launcherCommand } from '../commands/launcher';
import { run } from '../run-program';

await run('worker-pools', [launcherCommand()]);
