/** One thing that `npm test` checks. */
export interface Check {
  /** What `npm test -- NAME` calls it. */
  readonly name: string;
  readonly title: string;
  /** Program and arguments, found through node_modules/.bin. */
  readonly command: readonly string[];
  /** Why it takes its time, said before a long wait. */
  readonly hint?: string;
  /** Jest suites report how many tests passed and failed. */
  readonly jest?: boolean;
}

const jest = (...projects: string[]): string[] => ['jest', '--selectProjects', ...projects];
/** In a process beside Jest's own, which is replaced when it has grown: with --runInBand it would not be. */
const oneByOne = (project: string): string[] => [...jest(project), '--maxWorkers=1'];

/** Everything that CI checks, the quick ones first. */
export const CHECKS: readonly Check[] = [
  { name: 'format', title: 'formatting', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  { name: 'types', title: 'types of sources and tests', command: ['tsc', '-p', 'tsconfig.json'] },
  {
    name: 'browser-types',
    title: 'types of what runs in a browser',
    command: ['tsc', '-p', 'src/control-plane/web/browser'],
  },
  { name: 'lint', title: 'lint and what each room may import', command: ['npm', 'run', '--silent', 'lint'] },
  {
    name: 'generated',
    title: 'generated files are what their sources give',
    command: ['tsx', 'src/cli/generate/main.ts', '--check'],
  },
  { name: 'build', title: 'constructs compile, programs bundle', command: ['npm', 'run', '--silent', 'build'] },
  { name: 'unit', title: 'unit tests', command: jest('constructs', 'server'), jest: true },
  {
    name: 'simulation',
    title: 'schedules of faults in simulated worlds',
    command: ['tsx', 'src/cli/dev/simulate.ts', '--seeds', '1000'],
  },
  {
    name: 'planted-bugs',
    title: 'bugs that the simulation has to find',
    command: ['tsx', 'src/cli/dev/simulate.ts', '--planted', '--soonest', '6', '--seeds', '200'],
  },
  {
    name: 'packaging',
    title: 'the package as its users get it',
    command: oneByOne('packaging'),
    jest: true,
  },
  {
    name: 'conformance',
    title: "charts and manifests by the ecosystem's tools",
    command: ['tsx', 'src/cli/dev/conformance/main.ts'],
    hint: 'the first time the tools are downloaded, or built from source in about a minute',
  },
  {
    name: 'integration',
    title: 'integration tests on a real kube-apiserver',
    command: oneByOne('integration'),
    hint: 'the first time kube-apiserver and etcd are downloaded, or built from source in about 5 minutes',
    jest: true,
  },
  {
    name: 'e2e',
    title: 'end to end on a real node',
    command: oneByOne('e2e'),
    hint: 'the first time the node is downloaded or built, and the images are made: up to 15 minutes',
    jest: true,
  },
];
