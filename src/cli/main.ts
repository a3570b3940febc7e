#!/usr/bin/env node
import { allCommands } from './commands';
import { run } from './run-program';

void run('worker-pools', allCommands());
