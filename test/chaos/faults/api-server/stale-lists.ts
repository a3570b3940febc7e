import type { ClusterLab } from '../../labs/cluster/lab';
import { refuse } from '../../labs/cluster/proxy';
import { networkBrokenFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/stale-lists',
  title: 'watches are answered with 410, and lists come from the time before the fault, for 12 s',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'A list that is older than what was seen is not taken, unless the API server insists; what destroys begins with a live read, and has the version of the object as its precondition.',
  run: (lab) =>
    networkBrokenFor(lab, 12, async ({ objects }) => {
      const version = await objects.version();
      const mend = lab.proxy.rule((exchange) => {
        const { verb, url, pass } = exchange;
        if (verb === 'watch') refuse(exchange, 410, 'Expired');
        // Real lists of the API server, as one that lags behind would give them.
        else if (verb === 'list') pass(`${url}&resourceVersion=${version}&resourceVersionMatch=Exact`);
        return verb === 'watch' || verb === 'list';
      });
      // They begin anew some changes later.
      const cut = setTimeout(() => lab.proxy.resetOpen(), 2_000);
      return () => {
        clearTimeout(cut);
        mend();
      };
    }),
};
