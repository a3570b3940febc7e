/** The step that `init` puts before the others where it could not bring the tool: does the runner image have it? */
export const TOOL_STEP = 'tool';
