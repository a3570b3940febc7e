import { nodeFault } from '../../labs/node/trial';
import { CountedRun } from '../../labs/node/counted-run';

export const fault = nodeFault({
  kind: 'node/cordoned',
  title: 'the only node is cordoned for 30 seconds',
  userSees:
    'Runs that are under way go on; the log of a new one says that no node takes its Pod, in the words of the scheduler, and it goes on when one does.',
  why: 'The controller reads from the Pod what keeps it from starting, and tells it in log, event and condition.',
  strike: async ({ lab, runs }) => {
    await lab.kubectl('cordon', lab.nodeName);
    try {
      const waiting = await CountedRun.begin(lab, 1);
      (runs as CountedRun[]).push(waiting);
      await waiting.says(/No node takes the Pod: .*unschedulable/);
    } finally {
      await lab.kubectl('uncordon', lab.nodeName);
    }
  },
});
