/* The commands that talk to a control plane, without the rest of the program, which takes longer to load. */
import { keyCommand } from '../../../src/cli/commands/key';
import { webhookCommand } from '../../../src/cli/commands/webhook';
import { poolCommand } from '../../../src/cli/commands/pool';
import { profileCommand } from '../../../src/cli/commands/profile';
import { runCommand } from '../../../src/cli/commands/run';
import { stackCommand } from '../../../src/cli/commands/stack';
import { workerCommand } from '../../../src/cli/commands/worker';
import { run } from '../../../src/cli/run-program';

const ofQueue = [poolCommand(), workerCommand(), stackCommand(), runCommand()];
void run('worker-pools', [...ofQueue, keyCommand(), webhookCommand(), profileCommand()]);
