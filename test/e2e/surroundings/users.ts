import { SAY_SO } from '../fixtures/commands';
import type { Fixture } from '../fixtures/fixture';

const READ_ONLY = { securityContext: { readOnlyRootFilesystem: true } };
const THEY_WORK = `tofu init && tofu plan && touch note && ${SAY_SO}`;
const as = (user: number): string => `[ "$(id -u)" = ${user} ] && ${THEY_WORK}`;

export const USERS: readonly Fixture[] = [
  {
    name: 'root file systems that cannot be written to are enough for launcher and tool',
    pool: {
      pod: { initContainer: READ_ONLY, grpcServerContainer: READ_ONLY, workerContainer: READ_ONLY },
    },
    command: `! touch /home/spacelift/note && ${THEY_WORK}`,
    outcome: 'Succeeded',
  },
  {
    name: 'another user and group for the whole Pod share what they need',
    pool: { pod: { securityContext: { runAsUser: 5000, runAsGroup: 5000, fsGroup: 5000 } } },
    command: as(5000),
    outcome: 'Succeeded',
  },
  {
    name: 'another user and group for the worker alone has what init laid down',
    pool: { pod: { workerContainer: { securityContext: { runAsUser: 5000, runAsGroup: 5000 } } } },
    command: as(5000),
    outcome: 'Succeeded',
  },
  {
    name: 'another group for the volumes alone does as well',
    pool: { pod: { securityContext: { fsGroup: 7777 } } },
    command: as(1983),
    outcome: 'Succeeded',
  },
  {
    name: 'a worker that is to be root is root',
    pool: { pod: { workerContainer: { securityContext: { runAsUser: 0 } } } },
    command: as(0),
    outcome: 'Succeeded',
  },
];
