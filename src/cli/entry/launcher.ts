import { launcherCommand } from '../commands/launcher';
import { vcsAgentCommand } from '../commands/vcs-agent';
import { run } from '../run-program';

void run('worker-pools', [launcherCommand(), vcsAgentCommand()]);
