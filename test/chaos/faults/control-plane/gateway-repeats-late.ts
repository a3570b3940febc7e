import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/gateway-repeats-late',
  title: 'a gateway sends each request again one to four seconds later',
  userSees: 'Nothing.',
  why: 'What is over is over: fences, sequence numbers and terms tell what is late.',
  run: (lab) =>
    lab.during({ database: 'sqlite', gateway: 'http' }, async ({ site: { gateway } }) => {
      gateway!.treat = (exchange) => {
        for (const seconds of [1, 2, 4])
          void lab
            .sleep(seconds)
            .then(() => exchange.forward())
            .catch(() => undefined);
        return exchange.forward();
      };
      await lab.sleep(8);
      gateway!.heal();
      await lab.sleep(4);
    }),
};
