import type { Fault } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const fault: Fault<ControlPlaneLab> = {
  kind: 'control-plane/balancer-moves-everybody',
  title: 'the balancer sends everybody to one replica, and then to another, every three seconds',
  userSees: 'Nothing.',
  why: 'A session belongs to no replica, and a wake-up reaches all of them by the database.',
  withinSeconds: 300,
  run: (lab) =>
    lab.during({ database: 'postgres', replicas: 3, broker: 'mosquitto', blobs: 's3' }, async ({ site }) => {
      for (const name of ['replica-1', 'replica-2', 'replica-3', 'replica-1', 'replica-3']) {
        site.serveBy([name]);
        site.https.cut();
        await lab.sleep(3);
      }
      site.serveBy(['replica-1', 'replica-2', 'replica-3']);
    }),
};
