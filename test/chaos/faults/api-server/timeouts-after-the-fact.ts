import type { ClusterLab } from '../../labs/cluster/lab';
import { refuse } from '../../labs/cluster/proxy';
import { networkBrokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/timeouts-after-the-fact',
  title: 'the API server carries out what is written and says 504, and watches bring nothing, for 8 s',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'A 504 says nothing of what was done: a Pod that is there already is taken over, one that is gone is gone.',
  run: (lab) =>
    networkBrokenFor(
      lab,
      8,
      ({ kubelet }) => {
        // A Pod that was made is not yet begun when the controller asks for it again.
        kubelet.pullMs = 5_000;
        // What was carried out is to be found by nothing but the next request.
        const letGo = lab.proxy.holdWatches();
        const mend = lab.proxy.rule((exchange) => {
          const { verb, pass } = exchange;
          if (['get', 'list', 'watch'].includes(verb)) return false;
          pass(undefined, (status) => {
            // What it refuses is heard.
            if (status >= 300) return true;
            refuse(exchange, 504, 'Timeout');
            return false;
          });
          return true;
        });
        return () => {
          mend();
          letGo();
        };
      },
      { free: 2 },
    ),
};
