import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';
import { gatewayError } from '../../labs/control-plane/gateway';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/gateway-loses-answers',
  title: 'a gateway answers every third request with 502 or 504 although it was carried out',
  userSees: 'Some commands say that the control plane is not available; what they asked for is done once.',
  why: 'Each request may be made again after an answer was lost.',
  run: (lab) =>
    lab.during({ database: 'sqlite', gateway: 'http' }, async ({ site: { gateway } }) => {
      let count = 0;
      gateway!.treat = async (exchange) => {
        const answer = await exchange.forward();
        count += 1;
        if (count % 3 > 0) return answer;
        return gatewayError(count % 2 === 0 ? 502 : 504);
      };
      await lab.sleep(15);
      gateway!.heal();
    }),
};
