/* The commands that talk to a control plane, without the rest of the program, which takes longer to load. */
import { doctorCommand } from '../../../src/cli/kubectl/doctor';
import { auditCommand } from '../../../src/cli/commands/audit';
import { completionCommand } from '../../../src/cli/commands/completion';
import { keyCommand } from '../../../src/cli/commands/key';
import { vcsAgentPoolCommand } from '../../../src/cli/commands/vcs-agent-pool';
import { webhookCommand } from '../../../src/cli/commands/webhook';
import { moduleCommand } from '../../../src/cli/commands/module';
import { poolCommand } from '../../../src/cli/commands/pool';
import { profileCommand } from '../../../src/cli/commands/profile';
import { runCommand } from '../../../src/cli/commands/run';
import { stackCommand } from '../../../src/cli/commands/stack';
import { workerCommand } from '../../../src/cli/commands/worker';
import { whoamiCommand } from '../../../src/cli/commands/whoami';
import { run } from '../../../src/cli/run-program';

const ofQueue = [poolCommand(), workerCommand(), stackCommand(), moduleCommand(), runCommand()];
const ofAccount = [
  keyCommand(),
  webhookCommand(),
  vcsAgentPoolCommand(),
  auditCommand(),
  profileCommand(),
  completionCommand(),
  whoamiCommand(),
  doctorCommand(),
];
void run('worker-pools', [...ofQueue, ...ofAccount]);
