import { nodeFault } from '../../labs/node/trial';

export const fault = nodeFault({
  kind: 'node/image-gone',
  title: 'the image of the runner goes from the node between plan and apply, and cannot be pulled for 20 seconds',
  userSees: 'The log says that the image cannot be pulled, and the run is applied when it is there again.',
  why: 'A started run has PROBLEM_PATIENCE_MS for what may pass; its Pod is the same, and nothing is planned anew.',
  autoDeploy: false,
  seconds: 3,
  when: async ({ runs }) => {
    await Promise.all(runs.map((run) => run.reaches('UNCONFIRMED')));
  },
  strike: async ({ lab, runs, sleep }) => {
    const restore = await lab.parts.takeImageAway('runner');
    try {
      await Promise.all(runs.map((run) => run.confirm()));
      await Promise.all(runs.map((run) => run.says(/image ".*runner.*" of container worker cannot be pulled/)));
      await sleep(20);
    } finally {
      await restore();
    }
  },
});
