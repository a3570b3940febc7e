import type { k8s } from 'cdk8s-plus-28';
import { CONTROLLER_VARIABLE, HEALTH_PORT } from '../../../api';
import type { ReleaseContext } from '../../../charting/chart';
import { concat, decimal, each, ifAny, ifSet, isSet, text, when, type Later } from '../../../charting/deferred';
import type { Template } from '../../../charting/manifest';
import { CONTROLLER_COMMAND, METRICS_PORT } from '../constants';
import { keepsRunBudgets } from './disruption';
import { controllerImage, type OperatorValues } from '../names';

type EnvironmentVariable = Template<k8s.EnvVar>;

/** The controller's only container. */
export function managerContainer(values: OperatorValues, context: ReleaseContext) {
  const { controllerManager, metricsService } = values;
  const { manager } = controllerManager;
  return {
    name: 'manager',
    image: controllerImage(values, context),
    imagePullPolicy: ifSet(manager.image.pullPolicy),
    // Said and not left to the image, so that Spacelift's own controller image starts as well as ours.
    command: [CONTROLLER_COMMAND],
    args: concat(
      manager.args,
      manager.extraArgs,
      // All three are written, their defaults too: Spacelift's own image has defaults of its own.
      when(metricsService.enabled, [
        `--metrics-bind-address=:${METRICS_PORT}`,
        text('--metrics-secure=', truthOf(metricsService.secure)),
        text('--enable-http2=', truthOf(metricsService.enableHTTP2)),
      ]),
      each(controllerManager.namespaces, (namespace) => text('--namespaces=', namespace)),
      ['--controller-namespace=$(CONTROLLER_NAMESPACE)'],
      ...ownFlags(controllerManager),
    ),
    env: concat<EnvironmentVariable>(
      [
        // With the version, which the API server adds otherwise: a second tool that applies the same would meet a conflict.
        {
          name: 'CONTROLLER_NAMESPACE',
          valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
        },
        { name: 'KUBERNETES_CLUSTER_DOMAIN', value: values.kubernetesClusterDomain },
      ],
      // Two releases in one namespace do not wait for each other.
      [{ name: CONTROLLER_VARIABLE.leaseName, value: context.fullName }],
      when(keepsRunBudgets(values), [{ name: CONTROLLER_VARIABLE.runDisruptionBudget, value: 'true' }]),
      when(controllerManager.enforceFips140, [{ name: 'GODEBUG', value: 'fips140=only' }]),
      manager.extraEnv,
    ),
    envFrom: ifAny(manager.extraEnvFrom),
    ports: concat(
      [{ name: 'health', containerPort: HEALTH_PORT, protocol: 'TCP' }],
      when(metricsService.enabled, [{ name: 'metrics', containerPort: METRICS_PORT, protocol: 'TCP' }]),
    ),
    livenessProbe: { httpGet: { path: '/healthz', port: HEALTH_PORT }, initialDelaySeconds: 15, periodSeconds: 20 },
    readinessProbe: { httpGet: { path: '/readyz', port: HEALTH_PORT }, initialDelaySeconds: 5, periodSeconds: 10 },
    securityContext: ifAny(manager.containerSecurityContext),
    resources: ifAny(manager.resources),
    volumeMounts: ifAny(manager.extraVolumeMounts),
  };
}

function truthOf(flag: Later<boolean>): Later<string> {
  return when(flag, 'true', 'false') as Later<string>;
}

/** Flags that only this project's controller knows; none of them is written unless somebody sets it. */
function ownFlags({ leaderElection, logging }: OperatorValues['controllerManager']) {
  const { leaseDurationSeconds, renewDeadlineSeconds, retryPeriodSeconds } = leaderElection;
  return [
    secondsFlag('--leader-elect-lease-duration', leaseDurationSeconds),
    secondsFlag('--leader-elect-renew-deadline', renewDeadlineSeconds),
    secondsFlag('--leader-elect-retry-period', retryPeriodSeconds),
    when(isSet(logging.level), [text('--log-level=', logging.level as Later<string>)]),
    when(isSet(logging.format), [text('--log-format=', logging.format as Later<string>)]),
  ];
}

function secondsFlag(flag: string, seconds: Later<number | undefined>) {
  return when(isSet(seconds), [text(`${flag}=`, decimal(seconds as Later<number>), 's')]);
}
