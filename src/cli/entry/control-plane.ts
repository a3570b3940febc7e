import { controlPlaneCommand } from '../commands/control-plane';
import { run } from '../run-program';

void run('worker-pools', [controlPlaneCommand()]);
