import { environmentRefusal } from '../../protocol/environment';
import { isWholeHash } from '../../protocol/git-rules';
import { malformed } from '../errors';
import { checkCommand, checkCommitMessage, checkCommitSha, checkImage, projectFolder } from '../names';
import type { Environment, RunConfig, StackRecord } from '../store/records';
import type { NewRun } from './input';

/** What is said of a run when it is triggered. @throws RequestError `malformed` */
export function configOf({ type, command, skipInitialization = false, ...input }: NewRun): Partial<RunConfig> {
  if ((type === 'TASK') !== (command !== undefined)) {
    throw malformed('command', 'a task needs a command, and no other run has one');
  }
  if (input.commitMessage !== undefined && input.commitSha === undefined) {
    throw malformed('commitSha', 'a commit message needs the hash of its commit');
  }
  return {
    command: command === undefined ? null : checkCommand(command),
    skipInitialization,
    commitSha: input.commitSha === undefined ? null : checkCommitSha(input.commitSha),
    branch: input.branch ?? null,
    commitMessage: input.commitMessage === undefined ? null : checkCommitMessage(input.commitMessage),
    projectRoot: input.projectRoot === undefined ? null : projectFolder(input.projectRoot),
    runnerImage: checkImage(input.runnerImage ?? '') || null,
  };
}

/** @throws RequestError `malformed` */
export function requireWholeHash({ name, repository }: StackRecord, { commitSha }: Partial<RunConfig>): void {
  if (repository === null || !commitSha || isWholeHash(commitSha)) return;
  throw malformed(
    'commitSha',
    `commit ${commitSha} is too short for stack ${name}: git hosts give out a commit by its whole hash of 40 digits`,
  );
}

/** @throws RequestError `malformed` that names what no run can have in its environment */
export function usable(environment: Environment): Environment {
  const refusal = environmentRefusal(environment);
  if (refusal !== undefined) throw malformed('environment', refusal);
  return environment;
}
