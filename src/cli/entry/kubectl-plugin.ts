#!/usr/bin/env node
import { PLUGIN, pluginCommands } from '../kubectl';
import { run } from '../run-program';

void run(
  PLUGIN,
  pluginCommands(),
  undefined,
  'Worker pools on Kubernetes, for people at a terminal: what is wrong, what runs, and its logs.',
);
