#!/usr/bin/env node
import { controlPlaneCommand } from './commands/control-plane';
import { controllerCommand } from './commands/controller';
import { demoCommand } from './commands/demo';
import { launcherCommand } from './commands/launcher';
import { poolCommand } from './commands/pool';
import { runCommand } from './commands/run';
import { stackCommand } from './commands/stack';
import { run } from './run-program';

void run('worker-pools', [
  demoCommand(),
  poolCommand(),
  stackCommand(),
  runCommand(),
  controlPlaneCommand(),
  controllerCommand(),
  launcherCommand(),
]);
