import type { Area } from '../../fault';
import type { ControlPlaneLab } from '../../labs/control-plane/lab';

export const area: Area<ControlPlaneLab> = {
  title: 'Control plane',
  lead: `The control plane is the bundle that its image has, as processes: one on SQLite with its own MQTT broker, or several on
PostgreSQL, S3 and mosquitto, each with a site of its own that begins empty. Before it stands a crowd of real clients: the
sessions of three controllers (two by long poll, one over MQTT) with four workers each, and run Pods that speak by the client,
the retries, the journal, the sender and the heartbeat of the launcher; no tool runs in them. Some runs have no changes, some
are applied by a second Pod that writes a state, some wait for a person, some fail, and one of each pool lasts from before the
fault until after it. The crowd keeps books of what it was told. At the end the database is read past the control plane and
compared with them: each run that was asked for is there once, with the outcome that its Pod told, each log line that was
acknowledged is there once and in its place, each stage was started by one Pod, and each state that was taken is there once.
It has recovered when every run that was asked for until then is over.`,
  open: async (context) => {
    const { ControlPlaneLab } = await import('../../labs/control-plane/lab');
    return ControlPlaneLab.open(context);
  },
};
