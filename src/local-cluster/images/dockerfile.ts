/** What a Dockerfile needs from outside of it. */
export interface DockerfileNeeds {
  /** Images that it builds on or copies from, without its own stages. */
  readonly bases: readonly string[];
  /** Paths of the build context that it copies. */
  readonly inputs: readonly string[];
}

/** Reads FROM, COPY and ADD; build arguments in them are not understood, as no Dockerfile here uses any. */
export function readDockerfile(text: string): DockerfileNeeds {
  const bases = new Set<string>();
  const inputs = new Set<string>();
  const stages = new Set<string>();
  for (const line of instructions(text)) {
    const [instruction = '', ...words] = line.split(/\s+/);
    const flags = words.filter((word) => word.startsWith('--'));
    const operands = words.filter((word) => !word.startsWith('--'));
    const copied = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length);
    switch (instruction.toUpperCase()) {
      case 'FROM':
        if (operands[0] && operands[0] !== 'scratch' && !stages.has(operands[0])) bases.add(operands[0]);
        if (operands[1]?.toUpperCase() === 'AS' && operands[2]) stages.add(operands[2]);
        break;
      case 'COPY':
      case 'ADD':
        if (copied === undefined) operands.slice(0, -1).forEach((path) => inputs.add(path));
        else if (!stages.has(copied) && !/^\d+$/.test(copied)) bases.add(copied);
        break;
    }
  }
  return { bases: [...bases], inputs: [...inputs] };
}

function instructions(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !line.trim().startsWith('#'))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
