import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { gatewayError } from '../../labs/control-plane/gateway';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/gateway-unavailable',
  title: 'a gateway answers everything with 503 and a page of HTML for 15 seconds',
  userSees: 'Pages show what the gateway says; runs go on.',
  why: 'An answer that is not of a control plane is as none, and is asked for again.',
  run: (lab) =>
    lab.during({ database: 'sqlite', gateway: 'http' }, async ({ site: { gateway } }) => {
      gateway!.treat = () => Promise.resolve(gatewayError(503));
      await lab.sleep(15);
      gateway!.heal();
    }),
};
