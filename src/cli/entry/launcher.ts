import { launcherCommand } from '../commands/launcher';
import { run } from '../run-program';

void run('worker-pools', [launcherCommand()]);
