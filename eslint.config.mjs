import tseslint from 'typescript-eslint';

/** What each room may import of ours beside time (docs/architecture.md, "Rooms"); everything else below src/ is refused. */
const rooms = {
  time: [],
  api: [],
  charting: ['api'],
  constructs: ['api', 'charting'],
  protocol: ['api'],
  controller: ['api', 'protocol'],
  'controller/runtime': [],
  'controller/run': ['api', 'protocol'],
  'controller/worker-pool': ['api', 'protocol'],
  'controller/worker': ['api', 'protocol'],
  'controller/disruption': ['api'],
  launcher: ['protocol'],
  'control-plane': ['api', 'protocol', 'text'],
  'local-cluster': [],
  text: [],
};
/** Which of the controller's own rooms each of them may not know. */
const strangers = {
  'controller/runtime': 'run|worker-pool|worker|disruption',
  'controller/run': 'worker-pool|worker|disruption',
  'controller/worker-pool': 'worker|disruption',
  'controller/worker': 'worker-pool|disruption',
  'controller/disruption': 'worker-pool|worker',
};
const allRooms = [...new Set([...Object.keys(rooms).map((room) => room.split('/')[0]), 'cli', 'imports'])];

const boundaries = Object.entries(rooms).map(([room, allowed]) => {
  const own = room.split('/')[0];
  const barred = allRooms.filter(
    (other) =>
      other !== own && other !== 'time' && !allowed.includes(other) && !(other === 'imports' && room === 'constructs'),
  );
  const patterns = barred.map((other) => ({
    regex: `^(\\.\\./)+${other}(/|$)`,
    message: `src/${room} may import only: ${allowed.join(', ') || 'nothing of ours'} (docs/architecture.md).`,
  }));
  if (room in strangers) {
    patterns.push({
      regex: `^(\\.\\./)+(${strangers[room]})(/|$)`,
      message: `src/${room} knows nothing of ${strangers[room].replaceAll('|', ', ')} (docs/architecture.md).`,
    });
  }
  return { files: [`src/${room}/**/*.ts`], rules: { 'no-restricted-imports': ['error', { patterns }] } };
});

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      'lib',
      'dist',
      'dist-jsii',
      'synth',
      'imports',
      'charts',
      'coverage',
      '**/*.generated.ts',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 16],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      eqeqeq: ['error', 'always'],
    },
  },
  { files: ['test/**/*.ts'], rules: { 'max-lines-per-function': 'off' } },
  { files: ['**/*.mjs', '**/*.js'], ...tseslint.configs.disableTypeChecked },
  ...boundaries,
);
