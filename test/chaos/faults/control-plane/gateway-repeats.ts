import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/gateway-repeats',
  title: 'a gateway sends each request twice at the same time',
  userSees: 'Nothing.',
  why: 'Every operation may be repeated, also while it is under way: it is carried out once.',
  run: (lab) =>
    lab.during({ database: 'sqlite', gateway: 'http' }, async ({ site: { gateway } }) => {
      gateway!.treat = async (exchange) => (await Promise.all([exchange.forward(), exchange.forward()]))[1];
      await lab.sleep(10);
      gateway!.heal();
    }),
};
