import {
  and,
  atLeast,
  concat,
  hasDuplicates,
  isEmpty,
  isSet,
  matches,
  not,
  or,
  orElse,
  text,
  type Later,
} from '../../../charting/deferred';
import { HEALTH_PORT, LEADER_ELECTION_SECONDS } from '../../../api';
import type { ReleaseContext } from '../../../charting/chart';
import type { Refusal } from '../../../charting/manifest';
import { NAME_PREFIX } from '../../../charting/kubernetes-names';
import type { OperatorValues } from '../names';

/** A flag given in one argument or in two; several arguments are matched with one on each line. */
const HEALTH_FLAG = '^--health-probe-bind-address[=\\n]';
const METRICS_FLAG = '^--metrics-bind-address[=\\n]';
const AT_HEALTH_PORT = `[^\\n]*:${HEALTH_PORT}$`;
const LEADER_ELECT = '^--leader-elect(=(1|t|T|true|TRUE|True))?$';

/** Combinations with which the controller's Pods could not work. */
export function deploymentRefusals(
  { controllerManager }: OperatorValues,
  { fullName }: ReleaseContext,
): readonly Refusal[] {
  const { replicas, leaderElection, manager } = controllerManager;
  const args = concat(manager.args, manager.extraArgs);
  return [
    {
      when: not(matches(fullName, NAME_PREFIX)),
      message: text(
        'no object can have a name that begins with ',
        fullName,
        ': use lowercase letters, digits, dashes and dots',
      ),
    },
    {
      when: and(atLeast(replicas, 2), not(matches(args, LEADER_ELECT))),
      message: 'several replicas need the argument --leader-elect: without it each of them serves every WorkerPool',
    },
    {
      when: and(matches(args, HEALTH_FLAG), not(matches(args, HEALTH_FLAG + AT_HEALTH_PORT))),
      message: `the argument --health-probe-bind-address must end in :${HEALTH_PORT}, because the probes of the Pod ask there`,
    },
    {
      when: matches(args, METRICS_FLAG + AT_HEALTH_PORT),
      message: `the argument --metrics-bind-address takes port ${HEALTH_PORT}, which the health probes have`,
    },
    ...leaderElectionRefusals(leaderElection),
  ];
}

function leaderElectionRefusals(timings: OperatorValues['controllerManager']['leaderElection']): readonly Refusal[] {
  const lease = seconds(timings.leaseDurationSeconds, LEADER_ELECTION_SECONDS.leaseDuration);
  const renew = seconds(timings.renewDeadlineSeconds, LEADER_ELECTION_SECONDS.renewDeadline);
  const retry = seconds(timings.retryPeriodSeconds, LEADER_ELECTION_SECONDS.retryPeriod);
  const usual = Object.values(LEADER_ELECTION_SECONDS).join(', ');
  const message = `of leader election, the lease duration must be longer than the renew deadline, and that longer than the retry period (by default ${usual} seconds)`;
  return [{ when: or(atLeast(renew, lease), atLeast(retry, renew)), message }];
}

function seconds(value: Later<number | undefined>, usual: number): Later<number> {
  return orElse(value, usual);
}

/** Combinations with which the Service of the metrics could not be made. */
export function serviceRefusals({ ports }: OperatorValues['metricsService']): readonly Refusal[] {
  return [
    {
      when: isEmpty(ports),
      message: 'the metrics Service has no ports, and a Service needs one: leave metricsService.ports out for 8443',
    },
    ...['name', 'port', 'nodePort'].map((field) => ({
      when: hasDuplicates(ports as readonly object[], field),
      message: `two ports of the metrics Service have the same ${field}`,
    })),
  ];
}

/** Kubernetes takes one number of a budget. */
export function budgetRefusals({ minAvailable, maxUnavailable }: OperatorValues['pdb']): readonly Refusal[] {
  return [
    {
      when: and(isSet(minAvailable), isSet(maxUnavailable)),
      message: 'a PodDisruptionBudget takes minAvailable or maxUnavailable, not both: unset one of them',
    },
  ];
}
