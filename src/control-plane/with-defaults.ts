import { pino } from 'pino';
import {
  ANSIBLE_RUNNER_IMAGE,
  CONTROL_PLANE_PORT,
  RETENTION,
  SHUTDOWN_GRACE_SECONDS,
  START_DEADLINE_SECONDS,
} from '../api/defaults';
import { Proxies } from '../network/proxies';
import type { ControlPlaneOptions } from './options';

/** The options with everything decided. @throws what is wrong with the variables that name proxies */
export function withDefaults(given: ControlPlaneOptions) {
  const port = given.port ?? CONTROL_PLANE_PORT.https;
  const usualMqttPort = given.mqttBroker ? null : port === 0 ? 0 : CONTROL_PLANE_PORT.mqtts;
  return {
    dataDir: given.dataDir,
    host: given.host ?? '127.0.0.1',
    port,
    mqttPort: given.mqttPort === undefined ? usualMqttPort : given.mqttPort,
    metricsPort: given.metricsPort,
    version: given.version ?? '0.0.0',
    ...shutdownTimes(given),
    traces: given.traces,
    // Told at the start, and not by the first of those who would go through it.
    proxies: new Proxies().urls,
    tls: given.tls ?? true,
    web: given.web ?? 'basic',
    trustedProxies: given.trustedProxies ?? [],
    blobs: given.blobs ?? {},
    launcherImage: given.launcherImage,
    defaultRunnerImage: given.defaultRunnerImage,
    defaultAnsibleRunnerImage: given.defaultAnsibleRunnerImage ?? ANSIBLE_RUNNER_IMAGE,
    retention: { ...RETENTION, ...given.retention },
    startDeadlineMs: (given.startDeadlineSeconds ?? START_DEADLINE_SECONDS) * 1000,
    sweepEveryMs: given.sweepEveryMs ?? 5000,
    logger: given.logger ?? pino({ level: 'silent' }),
    now: given.now ?? Date.now,
  };
}

function shutdownTimes({
  shutdownGraceSeconds = SHUTDOWN_GRACE_SECONDS,
  shutdownDelaySeconds = 0,
}: ControlPlaneOptions) {
  // What is under way has the longer half in any case.
  const delay = Math.min(shutdownDelaySeconds, shutdownGraceSeconds / 2);
  return { shutdownGraceMs: shutdownGraceSeconds * 1000, shutdownDelayMs: delay * 1000 };
}
