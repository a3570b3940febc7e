import { sameJson } from './json';
import type { KindRules } from './kinds';
import { invalid } from './refusals';
import type { Stored } from './types';

export function podStatus(): Readonly<Record<string, unknown>> {
  return { phase: 'Pending', qosClass: 'Burstable' };
}

/** Fields of a Pod's spec that may change. Images could, too, but nobody here does that. */
const CHANGEABLE = new Set(['activeDeadlineSeconds', 'tolerations', 'schedulingGates', 'nodeName']);

/** @throws ApiRefusal */
export function checkPodChange(rules: KindRules, old: Stored, next: Stored): void {
  const { name } = old.metadata;
  const before = old.spec ?? {};
  const after = next.spec ?? {};
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (field) => !sameJson(before[field], after[field]),
  );
  if (changed.some((field) => !CHANGEABLE.has(field))) {
    throw invalid(rules, name, 'spec', 'Forbidden: pod updates may not change fields other than a few');
  }
  if (changed.includes('activeDeadlineSeconds')) {
    const from = before.activeDeadlineSeconds as number | undefined;
    const to = after.activeDeadlineSeconds as number | undefined;
    if (to === undefined || (from !== undefined && to > from)) {
      const message = `Invalid value: ${to}: must be less than or equal to previous value`;
      throw invalid(rules, name, 'spec.activeDeadlineSeconds', message);
    }
  }
}

/** How long the kubelet has after a deletion: nothing for a Pod that it does not have, or that has ended. */
export function graceOfPod({ spec, status }: Stored, asked: number | undefined): number {
  const seconds = asked ?? (spec?.terminationGracePeriodSeconds as number | undefined) ?? 30;
  if (!spec?.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0;
  return seconds < 0 ? 1 : seconds;
}
