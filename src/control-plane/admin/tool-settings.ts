import { malformed } from '../errors';
import { checkPlaybook, checkToolVersion } from '../names';
import { DEFAULT_PLAYBOOK } from '../queue/steps';
import type { StackRecord, StackTool } from '../store/records';

/** What is said of the tool of a stack. */
export interface ToolSettings {
  readonly tool: StackTool;
  readonly toolVersion?: string | null | undefined;
  readonly playbook?: string | null | undefined;
  readonly managesState?: boolean | undefined;
}

type Chosen = Pick<StackRecord, 'tool' | 'toolVersion' | 'playbook' | 'managesState'>;

/** What goes together; Ansible has no state to keep. @throws RequestError `malformed` */
export function toolSettings({ tool, toolVersion, playbook, managesState }: ToolSettings): Chosen {
  if (tool !== 'ANSIBLE') {
    if (playbook) throw malformed('playbook', 'only Ansible has a playbook: leave it out, or choose the tool ANSIBLE');
    const version = checkToolVersion(toolVersion ?? '') || null;
    return { tool, toolVersion: version, playbook: null, managesState: managesState ?? true };
  }
  if (toolVersion) {
    throw malformed(
      'toolVersion',
      'Ansible comes with the runner image: leave the version out, and name an image that has it',
    );
  }
  return { tool, toolVersion: null, playbook: checkPlaybook(playbook || DEFAULT_PLAYBOOK), managesState: false };
}

/** The same of a stack that has some; what is left out stays, if the tool does. @throws RequestError `malformed` */
export function changedTool(stack: StackRecord, change: Partial<ToolSettings>): Chosen {
  const { tool = stack.tool, toolVersion, playbook, managesState } = change;
  const isSame = tool === stack.tool;
  if (!isSame && toolVersion === undefined && stack.toolVersion !== null) {
    throw malformed(
      'toolVersion',
      `stack ${stack.name} names version ${stack.toolVersion} of another tool: name one of this, or an empty one for what the runner image has`,
    );
  }
  const keptState = stack.tool === 'ANSIBLE' || tool === 'ANSIBLE' ? undefined : stack.managesState;
  return toolSettings({
    tool,
    toolVersion: toolVersion === undefined ? stack.toolVersion : toolVersion,
    playbook: playbook === undefined && isSame ? stack.playbook : playbook,
    managesState: managesState ?? keptState,
  });
}
