import { DEFAULTS, LABEL, WORKER_STATE } from '../../api';
import { table } from '../api/output';
import { timeOf, type PoolPage } from './pool-page-data';
import { ageOf, oldestFirst, rowOf, troubleOf } from './run-pods';

/** Workers that are shown one by one: those with a run, and a few of the others. */
const IDLE_SHOWN = 5;

/** The page as people read it. */
export function pageText(page: PoolPage, now: number): string {
  return [head(page, now), conditions(page, now), workers(page, now), runs(page, now), events(page, now)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function head({ pool: { metadata, spec, status } }: PoolPage, now: number): string {
  const wanted = status?.desiredPoolSize ?? spec?.poolSize ?? DEFAULTS.poolSize;
  const deleted = metadata.deletionTimestamp;
  const rows = [
    ['Name:', metadata.name],
    ['Namespace:', metadata.namespace],
    ['Pool:', metadata.labels?.[LABEL.poolUlid] ?? '(not registered yet)'],
    ['Age:', ageOf(metadata.creationTimestamp, now)],
    ['Size:', `${status?.actualPoolSize ?? 0} of ${wanted} wanted`],
    ['Transport:', spec?.commsProtocol ?? 'mqtt'],
    ...(deleted
      ? [['Deletion:', `for ${ageOf(deleted, now)}, waiting for ${metadata.finalizers?.join(', ') ?? ''}`]]
      : []),
  ];
  return table(rows);
}

function conditions({ pool }: PoolPage, now: number): string {
  const all = pool.status?.conditions ?? [];
  if (all.length === 0) return 'No condition yet: no controller has looked at it.';
  const rows = all.map(({ type, status, reason, lastTransitionTime, message }) => {
    return [type, status, reason, ageOf(lastTransitionTime, now), message];
  });
  return table([['CONDITION', 'STATUS', 'REASON', 'SINCE', 'MESSAGE'], ...rows]);
}

function workers({ workers: all }: PoolPage, now: number): string {
  if (all.length === 0) return 'No Worker.';
  const isBusy = (state: string | undefined): boolean => state === WORKER_STATE.busy;
  const busy = all.filter(({ status }) => isBusy(status?.state));
  const others = all.filter(({ status }) => !isBusy(status?.state));
  const shown = [...busy, ...others.slice(0, IDLE_SHOWN)];
  const rows = shown.map(({ metadata, status }) => [
    metadata.name,
    status?.state ?? (status?.registered ? '' : 'not registered'),
    status?.currentRunID ?? '',
    ageOf(metadata.creationTimestamp, now),
  ]);
  const more = all.length - shown.length;
  return `${table([['WORKER', 'STATE', 'RUN', 'AGE'], ...rows])}${more > 0 ? `\nand ${more} more without a run` : ''}`;
}

function runs({ pods }: PoolPage, now: number): string {
  if (pods.length === 0) return 'No run has a Pod.';
  const all = oldestFirst(pods);
  const rows = all
    .map(rowOf)
    .map((row) => [row.run, row.stage, row.state, ageOf(row.createdAt, now), row.node, row.pod]);
  const troubles = all.flatMap((pod) => {
    const trouble = troubleOf(pod);
    return trouble === undefined ? [] : [`${pod.metadata.name}: ${trouble}`];
  });
  return [table([['RUN', 'STAGE', 'STATE', 'AGE', 'NODE', 'POD'], ...rows]), ...troubles].join('\n');
}

function events({ events: all }: PoolPage, now: number): string {
  if (all.length === 0) return 'No event.';
  const rows = all.map((event) => [
    `${ageOf(timeOf(event), now)} ago`,
    event.type ?? '',
    event.reason ?? '',
    `${event.involvedObject?.kind ?? ''}/${event.involvedObject?.name ?? ''}`,
    event.message ?? '',
  ]);
  return table([['EVENT', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'], ...rows]);
}
