import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/gateway-reorders',
  title: 'a gateway holds each request back for up to a second, so that they arrive in another order',
  userSees: 'Everything takes a little longer.',
  why: 'Lines of a log have numbers, views have revisions, and nothing goes by the order of arrival.',
  run: (lab) =>
    lab.during({ database: 'sqlite', gateway: 'http' }, async ({ site: { gateway } }) => {
      gateway!.treat = async (exchange) => {
        await lab.sleep(Math.random());
        return exchange.forward();
      };
      await lab.sleep(12);
      gateway!.heal();
    }),
};
