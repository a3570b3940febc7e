// Two projects, because the constructs are CommonJS (as jsii and their users need them) while the server side is ESM
// (@kubernetes/client-node is ESM only). `npm run jest` sets --experimental-vm-modules, which the second one needs.
const swc = (type) => [
  '@swc/jest',
  { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type }, sourceMaps: 'inline' },
];

const common = {
  testEnvironment: 'node',
  clearMocks: true,
  // Examples and snippets import the package by its name, as its users do.
  moduleNameMapper: {
    '^cdk8s-worker-pools$': '<rootDir>/src/index.ts',
    '^cdk8s-worker-pools/api$': '<rootDir>/src/api/index.ts',
  },
};

export default {
  // A busy machine is slow, not wrong: only what hangs fails. Longer than `until` and `eventually` wait, which say for what.
  testTimeout: 90_000,
  // What a file of ESM tests has loaded stays in its process. On two cores there is one process for all files, which was
  // out of memory after some 200 of them; this ends it between two files, and the next one goes on.
  workerIdleMemoryLimit: '1GB',
  projects: [
    {
      ...common,
      displayName: 'constructs',
      testMatch: ['<rootDir>/test/{api,charting,constructs,charts}/**/*.test.ts'],
      transform: { '\\.ts$': swc('commonjs') },
    },
    {
      ...common,
      displayName: 'server',
      testMatch: [
        '<rootDir>/test/{time,simulation,network,tracing,protocol,controller,doctor,launcher,vcs-agent,control-plane,cli,local-cluster,text,support,docs,bench,chaos,soak,fuzz}/**/*.test.ts',
      ],
      extensionsToTreatAsEsm: ['.ts'],
      transform: { '\\.ts$': swc('es6') },
    },
    {
      ...common,
      displayName: 'packaging',
      testMatch: ['<rootDir>/test/packaging/**/*.test.ts'],
      extensionsToTreatAsEsm: ['.ts'],
      transform: { '\\.ts$': swc('es6') },
      globalSetup: '<rootDir>/test/packaging/support/built-package.setup.ts',
      globalTeardown: '<rootDir>/test/packaging/support/built-package.teardown.ts',
    },
    {
      ...common,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/{integration,browser}/**/*.test.ts'],
      extensionsToTreatAsEsm: ['.ts'],
      transform: { '\\.ts$': swc('es6') },
      globalSetup: '<rootDir>/test/support/api-server.setup.ts',
      globalTeardown: '<rootDir>/test/support/api-server.teardown.ts',
    },
    {
      ...common,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
      extensionsToTreatAsEsm: ['.ts'],
      transform: { '\\.ts$': swc('es6') },
    },
  ],
};
