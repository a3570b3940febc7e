import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { gatewayError } from '../../labs/control-plane/gateway';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/gateway-cuts',
  title: 'a gateway gives each request up after 15 seconds, long polls too',
  userSees: 'Nothing: a run starts as soon as before.',
  why: 'A watch that was cut off is asked for again, from the revision that was seen last.',
  run: (lab) =>
    lab.during({ database: 'sqlite', gateway: 'http' }, async ({ site: { gateway } }) => {
      gateway!.treat = (exchange) => Promise.race([exchange.forward(), lab.sleep(15).then(() => gatewayError(504))]);
      await lab.sleep(45);
      gateway!.heal();
    }),
};
