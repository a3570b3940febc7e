import { controlPlaneCommand } from '../commands/control-plane';
import { run } from '../run-program';

await run('worker-pools', [controlPlaneCommand()]);
