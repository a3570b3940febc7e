import type { ClusterLab } from '../../labs/cluster/lab';
import { answeredFor } from '../../labs/cluster/trials';
import type { Fault } from '../../fault';

export const fault: Fault<ClusterLab> = {
  kind: 'api-server/gateway-html',
  title: 'a load balancer before the API server answers with 502 and HTML, for 8 s',
  userSees: 'Runs in progress go on; those that are triggered meanwhile begin when it is over.',
  why: 'An answer that is no JSON is an error like others; nothing is concluded from it.',
  run: (lab) =>
    answeredFor(lab, 8, ({ response }) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad Gateway</html>');
      return true;
    }),
};
