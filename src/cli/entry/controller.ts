import { controllerCommand } from '../commands/controller';
import { run } from '../run-program';

void run('worker-pools', [controllerCommand()]);
