import { controllerCommand } from '../commands/controller';
import { run } from '../run-program';

await run('worker-pools', [controllerCommand()]);
