/** A tool cannot be had: nobody has it, or nobody can be asked. The runner image may have it all the same. */
export class ToolMissing extends Error {
  override readonly name = 'ToolMissing';
}

/** What was offered as a tool is not what its publisher made, or a setting makes no sense: the run must not go on. */
export class ToolRefused extends Error {
  override readonly name = 'ToolRefused';
}
