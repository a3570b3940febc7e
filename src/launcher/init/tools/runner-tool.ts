import type { Step, ToolVersion } from '../../../protocol/messages';
import { TOOL_STEP } from '../../tool-step';
import { releaseOf } from './release';

/** Ends well where the PATH of the steps has the tool in the version that the stack asks for, and says what it found. */
export function runnerToolStep(tool: ToolVersion): Step {
  const { title, program } = releaseOf(tool);
  const command = [
    // Options that the stack has for other commands fail this one, and nobody asks here for newer versions.
    'unset TF_CLI_ARGS TF_CLI_ARGS_version; export CHECKPOINT_DISABLE=1',
    `if ! command -v ${program} >/dev/null; then echo "The runner image has no ${program}." >&2; exit 1; fi`,
    `case $(${program} version -json) in`,
    `*'"terraform_version": "${tool.version}"'*) echo "The runner image has ${title}."; exit 0 ;;`,
    'esac',
    `echo "The runner image has another version than ${tool.version}:" >&2`,
    `${program} version >&2`,
    'exit 1',
  ].join('\n');
  return { name: TOOL_STEP, command, successExitCodes: [] };
}

/** What the run ends with where it has not. */
export function missingToolSentence(tool: ToolVersion, why: string): string {
  const { title, program } = releaseOf(tool);
  return (
    `The stack asks for ${title}, which could not be had, and the runner image has no ${program} of that version. ${why} ` +
    `Let the init container reach the releases or a mirror, give the pool or the stack a runner image that has it, or ask for another version.`
  );
}
