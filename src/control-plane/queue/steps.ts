import { CHANGES_EXIT_CODE, type GitCredentials, type RunSpec, type Stage } from '../../protocol/messages';
import type { Environment, RunRecord, StackRecord, StackTool } from '../store/records';
import { isGitSource } from '../store/source-names';
import { gitSourceOf } from './git-source';
import { ansibleSteps } from './ansible-steps';
import { appliesPlan, takesTurns } from './run-types';

/** Where the plan lies between the stages, in the folder of the project. */
const PLAN_FILE = 'worker-pools.tfplan';

const BINARY: Readonly<Record<Exclude<StackTool, 'ANSIBLE'>, string>> = { OPENTOFU: 'tofu', TERRAFORM: 'terraform' };

interface StackForRun {
  readonly stack: StackRecord;
  readonly environment: Environment;
  /** For its repository, if it has one. */
  readonly credentials: GitCredentials;
  /** The newest version of the state that is kept for it; 0 when there is none. */
  readonly stateVersion: number;
}

/** What the Pod of a stage is to do. */
export function runSpec(
  run: RunRecord,
  { stack, environment, credentials, stateVersion }: StackForRun,
  stage: Stage,
): RunSpec {
  const { tool, toolVersion, playbook } = toolOf(run, stack);
  const planStep = stage === 'preparing' && run.command === null && run.type !== 'TESTING' ? 'plan' : null;
  const common = {
    runId: run.id,
    stack: stack.name,
    stackId: stack.id,
    stage,
    environment: { ...environment },
    projectRoot: run.projectRoot ?? stack.projectRoot,
    planStep,
    masked: [],
    keepsWorkspace: keepsWorkspace(run, stage),
  };
  if (tool === 'ANSIBLE') {
    const steps = ansibleSteps(run, playbook ?? DEFAULT_PLAYBOOK, stage);
    return { ...common, steps, showPlanCommand: null, showOutputsCommand: null, managedState: null, tool: null };
  }
  return {
    ...common,
    steps: stepsOf(run, BINARY[tool], stage),
    showPlanCommand: planStep === null ? null : showPlan(BINARY[tool]),
    showOutputsCommand: takesTurns(run.type) ? showOutputs(BINARY[tool]) : null,
    managedState: stack.managesState ? { version: stateVersion } : null,
    tool: toolVersion === null ? null : { name: tool, version: toolVersion },
    ...(needsGit(run, stage) && { git: gitSourceOf(run, stack, credentials) }),
  };
}

/** Of a stack that names none. */
export const DEFAULT_PLAYBOOK = 'playbook.yml';

type ChosenTool = Pick<StackRecord, 'tool' | 'toolVersion' | 'playbook'>;

/** What its stack has, until it begins. */
export function toolOf(run: Pick<RunRecord, keyof ChosenTool>, stack: Pick<StackRecord, keyof ChosenTool>): ChosenTool {
  const { tool, toolVersion, playbook } = run.tool === null ? stack : run;
  return { tool: tool ?? stack.tool, toolVersion, playbook };
}

/** Whether the Pod of a stage clones a repository: one that applies has the workspace of its plan. */
export const needsGit = ({ source }: Pick<RunRecord, 'source'>, stage: Stage): boolean =>
  stage === 'preparing' && isGitSource(source);

/** Whether a later stage may want the workspace of this one. */
export function keepsWorkspace(run: Pick<RunRecord, 'type'>, stage: Stage): boolean {
  return stage === 'preparing' && appliesPlan(run.type);
}

/** Whether a stage may write the state of its stack: a plan never does, whatever is in its source. */
export function writesState({ type }: Pick<RunRecord, 'type'>, stage: Stage): boolean {
  return stage === 'applying' || type === 'TASK';
}

/** The tools colour what they print, for those who look on; a stack that wants none says so by TF_CLI_ARGS=-no-color. */
function stepsOf(run: RunRecord, program: string, stage: Stage): RunSpec['steps'] {
  if (stage === 'applying') return applying(program);
  const init = { name: 'init', command: `${program} init -input=false`, successExitCodes: [] };
  if (run.type === 'TESTING') return [init, ...testing(program)];
  if (run.command === null) return [init, planning(program, run.type === 'DESTROY' ? ' -destroy' : '')];
  const task = { name: 'task', command: run.command, successExitCodes: [] };
  return run.skipInitialization ? [task] : [init, task];
}

function planning(tool: string, how: string): RunSpec['steps'][number] {
  return {
    name: 'plan',
    command: `${tool} plan${how} -input=false -lock-timeout=60s -detailed-exitcode -out=${PLAN_FILE}`,
    successExitCodes: [CHANGES_EXIT_CODE],
  };
}

/** What an apply that failed has made is destroyed, too: nothing else knows of the state, which goes with the Pod. */
function testing(tool: string): RunSpec['steps'] {
  const destroy = `${tool} destroy -input=false -auto-approve`;
  return [
    { name: 'plan', command: `${tool} plan -input=false -out=${PLAN_FILE}`, successExitCodes: [] },
    {
      name: 'apply',
      command: `${tool} apply -input=false ${PLAN_FILE} && exit 0\nwp_code=$?\n${destroy}\nexit "$wp_code"`,
      successExitCodes: [],
    },
    { name: 'destroy', command: destroy, successExitCodes: [] },
  ];
}

/** Options that the stack has for other commands fail this one. */
function showPlan(tool: string): string {
  return `unset TF_CLI_ARGS TF_CLI_ARGS_show; exec ${tool} show -json ${PLAN_FILE}`;
}

function showOutputs(tool: string): string {
  return `unset TF_CLI_ARGS TF_CLI_ARGS_output; exec ${tool} output -json`;
}

/**
 * The plan comes along with the workspace, but not what lay outside of it: a plugin cache that `.terraform` has links
 * into, or TF_DATA_DIR. So the tool is initialized again, with exactly the providers of the plan; what is there is kept.
 */
function applying(tool: string): RunSpec['steps'] {
  return [
    // The last ones of repeated options win over TF_CLI_ARGS_init.
    {
      name: 'init',
      command: `${tool} init -input=false -upgrade=false -lockfile=readonly`,
      successExitCodes: [],
    },
    {
      name: 'apply',
      command: `${tool} apply -input=false -lock-timeout=60s ${PLAN_FILE}`,
      successExitCodes: [],
    },
  ];
}
