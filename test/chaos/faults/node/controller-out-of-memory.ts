import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/controller-out-of-memory',
  title:
    'the controller gets a memory limit that it cannot live with, is killed again and again, and gets its own back',
  userSees: 'Runs go on and end; a new one waits. The Deployment says OOMKilled.',
  why: 'A run that has started needs no controller: its relay tells the control plane how it went.',
  strike: async ({ lab, sleep }) => {
    const mend = await lab.parts.limitController('40Mi');
    try {
      await lab.parts.controllerEnded('OOMKilled');
      await sleep(10);
    } finally {
      await mend();
    }
  },
});
