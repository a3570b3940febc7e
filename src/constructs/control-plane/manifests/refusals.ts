import { and, atLeast, contains, isEmpty, isSet, matches, not, or, text, type Later } from '../../../charting/deferred';
import type { ReleaseContext } from '../../../charting/chart';
import type { Refusal } from '../../../charting/manifest';
import { BACKUP_SUFFIX, LONGEST_NAME } from '../constants';
import { hasOwnBroker, type ControlPlaneValues } from '../names';

/** What the objects may be called: a Service has the name, and so has a StatefulSet. */
export const NAME = {
  pattern: `^[a-z]([-a-z0-9]{0,${LONGEST_NAME - 2}}[a-z0-9])?$`,
  says:
    `it names a Service and Pods: it must have at most ${LONGEST_NAME} lowercase letters, digits and dashes, begin with a letter ` +
    'and not end with a dash',
};

/** Combinations with which the control plane's Pods could not work. */
export function refusals(values: ControlPlaneValues, { fullName }: ReleaseContext): readonly Refusal[] {
  const { tls, shutdownGraceSeconds, terminationGracePeriodSeconds } = values;
  return [
    {
      when: not(matches(fullName, NAME.pattern)),
      message: text('the objects cannot be called ', fullName, `: ${NAME.says}; set fullnameOverride`),
    },
    ...replicaRefusals(values),
    ...mqttRefusals(values),
    {
      when: and(not(tls.enabled), isSet(tls.existingSecret)),
      message: 'tls.enabled is false, so the control plane shows no certificate: leave tls.existingSecret out',
    },
    {
      when: atLeast(shutdownGraceSeconds, terminationGracePeriodSeconds),
      message:
        'the shutdown grace must be shorter than the termination grace period, at whose end a Pod is killed in the midst of ending',
    },
    ...externalRefusals('externalHttps', values.externalHttps),
    ...externalRefusals('externalMqtt', values.externalMqtt),
  ];
}

/** What one Pod may keep to itself, and several cannot share. */
function replicaRefusals(values: ControlPlaneValues): Refusal[] {
  const { replicas, database, keys, blobs } = values;
  const needed: readonly (readonly [isMissing: Later<boolean>, what: string])[] = [
    [isEmpty(database.existingSecret), 'a database outside of them (database.existingSecret): SQLite has one writer'],
    [isEmpty(keys.existingSecret), 'the same keys (keys.existingSecret): each would make an authority of its own'],
    [isEmpty(blobs.s3.bucket), 'blobs outside of them (blobs.s3.bucket): none sees the files of another'],
    [
      hasOwnBroker(values),
      'an MQTT broker outside of them (mqtt.broker.url), or none (mqtt.enabled false): an embedded one knows the workers of its own Pod alone',
    ],
  ];
  return needed.map(([isMissing, what]) => ({
    when: and(atLeast(replicas, 2), isMissing),
    message: `several replicas need ${what}`,
  }));
}

function mqttRefusals(values: ControlPlaneValues): readonly Refusal[] {
  const { mqtt, tls } = values;
  const { url, clientUrl, existingSecret } = mqtt.broker;
  return [
    {
      when: and(not(mqtt.enabled), or(isSet(url), isSet(mqtt.url))),
      message: 'mqtt.enabled is false, so there is no broker to name: leave mqtt.url and mqtt.broker.url out',
    },
    {
      when: and(isEmpty(url), or(isSet(clientUrl), isSet(existingSecret))),
      message:
        'mqtt.broker.clientUrl and mqtt.broker.existingSecret are of a broker outside: mqtt.broker.url is missing',
    },
    {
      when: and(isSet(url), isSet(mqtt.url)),
      message:
        'mqtt.url is the address of the embedded broker: with mqtt.broker.url, give mqtt.broker.clientUrl instead',
    },
    {
      when: and(not(tls.enabled), hasOwnBroker(values), isEmpty(mqtt.url)),
      message:
        'with tls.enabled false the embedded broker speaks plain MQTT: name in mqtt.url where a proxy ends TLS for it, take a broker outside, or set mqtt.enabled to false',
    },
  ];
}

/** A Service for a broker that is not in the Pods. */
export function externalMqttRefusals(values: ControlPlaneValues): readonly Refusal[] {
  return [
    {
      when: not(hasOwnBroker(values)),
      message: 'externalMqtt leads to the embedded broker, and there is none: leave it out',
    },
  ];
}

function externalRefusals(
  name: string,
  { type, nodePort, loadBalancerClass, loadBalancerSourceRanges }: ControlPlaneValues['externalHttps'],
): readonly Refusal[] {
  const isLoadBalancer = matches(type as Later<string>, '^LoadBalancer$');
  return [
    {
      when: and(not(isSet(type)), isSet(nodePort)),
      message: `${name}.nodePort needs ${name}.type: NodePort or LoadBalancer`,
    },
    {
      when: and(not(isLoadBalancer), or(isSet(loadBalancerClass), not(isEmpty(loadBalancerSourceRanges)))),
      message: `${name}.loadBalancerClass and ${name}.loadBalancerSourceRanges are of a load balancer: ${name}.type must be LoadBalancer`,
    },
  ];
}

/** Kubernetes takes one number of a budget. */
export function budgetRefusals({ minAvailable, maxUnavailable }: ControlPlaneValues['pdb']): readonly Refusal[] {
  return [
    {
      when: and(isSet(minAvailable), isSet(maxUnavailable)),
      message: 'a PodDisruptionBudget takes minAvailable or maxUnavailable, not both: unset one of them',
    },
  ];
}

/** An Ingress that workers could not use. */
export function ingressRefusals({ ingress, publicUrl, tls }: ControlPlaneValues): readonly Refusal[] {
  return [
    {
      when: isEmpty(publicUrl),
      message: 'the Ingress needs publicUrl: its host, and what is written into tokens',
    },
    {
      when: and(tls.enabled, isEmpty(tls.existingSecret), not(isEmpty(ingress.tlsSecretName))),
      message:
        "workers trust the control plane's own authority, not a certificate of the Ingress: have the Ingress pass TLS through and give it no certificate, set tls.enabled to false, or give the control plane a certificate of the same CA by tls.existingSecret",
    },
  ];
}

/** Jobs have 11 characters after the name of their CronJob. */
const LONGEST_BACKED_UP = LONGEST_NAME - BACKUP_SUFFIX.length;

/** Backups that could never be made. */
export function backupRefusals(
  { backup, database, persistence }: ControlPlaneValues,
  { fullName }: ReleaseContext,
): readonly Refusal[] {
  return [
    {
      when: isEmpty(backup.existingClaim),
      message: 'backups need a volume: make a PersistentVolumeClaim, and name it in backup.existingClaim',
    },
    {
      when: matches(fullName, `^.{${LONGEST_BACKED_UP + 1},}$`),
      message: text(
        'the CronJob of backups cannot be called ',
        fullName,
        `${BACKUP_SUFFIX}: set fullnameOverride to at most ${LONGEST_BACKED_UP} characters`,
      ),
    },
    {
      when: and(
        isEmpty(database.existingSecret),
        isEmpty(persistence.existingClaim),
        contains(persistence.accessModes, 'ReadWriteOncePod'),
      ),
      message:
        'a backup of SQLite is made by a second Pod on the same volume, which ReadWriteOncePod keeps out: take ReadWriteOnce, or a database outside',
    },
  ];
}
