import type { Command } from 'commander';
import { auditCommand } from './audit';
import { completionCommand } from './completion';
import { controlPlaneCommand } from './control-plane';
import { controllerCommand } from './controller';
import { demoCommand } from './demo';
import { keyCommand } from './key';
import { launcherCommand } from './launcher';
import { moduleCommand } from './module';
import { poolCommand } from './pool';
import { profileCommand } from './profile';
import { runCommand } from './run';
import { stackCommand } from './stack';
import { vcsAgentCommand } from './vcs-agent';
import { vcsAgentPoolCommand } from './vcs-agent-pool';
import { webhookCommand } from './webhook';
import { doctorCommand } from '../kubectl/doctor';
import { whoamiCommand } from './whoami';
import { workerCommand } from './worker';

/** All that `worker-pools` can be told, in the order of its help. */
export const allCommands = (): Command[] => [
  demoCommand(),
  doctorCommand(),
  poolCommand(),
  workerCommand(),
  stackCommand(),
  moduleCommand(),
  runCommand(),
  keyCommand(),
  auditCommand(),
  profileCommand(),
  whoamiCommand(),
  webhookCommand(),
  vcsAgentPoolCommand(),
  controlPlaneCommand(),
  controllerCommand(),
  launcherCommand(),
  vcsAgentCommand(),
  completionCommand(),
];
