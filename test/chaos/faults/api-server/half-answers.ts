import type { ClusterLab } from '../../labs/cluster/lab';
import { answeredFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/half-answers',
  title: 'answers of the API server break off in their midst, for 8 s',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'An answer that breaks off counts as none.',
  run: (lab) =>
    answeredFor(lab, 8, ({ verb, response }) => {
      if (verb === 'watch') return false;
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"metadata":', () => response.socket?.resetAndDestroy());
      return true;
    }),
};
