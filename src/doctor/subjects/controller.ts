import { LEADER_ELECTION_SECONDS } from '../../api';
import { LEASES } from '../../controller/runtime/objects';
import { PODS } from '../../controller/runtime';
import type { Lease } from '../../controller/runtime/lease';
import { spanInWords } from '../../time';
import { watches, type Controller } from '../controllers';
import type { Found } from '../finding';
import type { ProgramPod, ProgramStatus } from '../kinds';
import { poolName, type Scene } from '../scene';
import { subject } from '../subject';
import type { Seen } from '../view';

interface ControllerFact {
  readonly controller: Controller;
  readonly pods: Seen<readonly ProgramPod[]>;
  /** Undefined where there is none, or none is wanted. */
  readonly lease: Seen<Lease | undefined>;
}

export interface ControllersFact extends Pick<Scene, 'now' | 'pools'> {
  readonly controllers: Seen<readonly ControllerFact[]>;
  /** Whether those of all namespaces were looked for. */
  readonly isWhole: boolean;
}

/** What is longer ago counts as over. */
const RECENT_MS = 24 * 3_600_000;
/** How long after its time a Lease may have been renewed: clocks differ. */
const LEASE_SLACK_MS = 15_000;

const kinds = {
  'controller-missing': {
    level: 'FAILED',
    meaning: 'No Deployment of a controller is there: nobody looks after WorkerPools.',
    mend: 'Install the operator: helm upgrade --install spacelift-workerpool-controller charts/spacelift-workerpool-controller',
  },
  'controller-not-ready': {
    level: 'FAILED',
    meaning: 'No replica of a controller is ready.',
    mend: 'See why: kubectl describe the Deployment and its Pods, and read their log.',
  },
  'controller-fewer': {
    level: 'WARNING',
    meaning: 'Fewer replicas of a controller are ready than are wanted.',
    mend: 'See why: kubectl describe the Pods of the Deployment that are not ready.',
  },
  'controller-stopped': {
    level: 'FAILED',
    meaning: 'A controller is scaled to 0: Workers stay as they are, and no run gets a Pod.',
    mend: 'kubectl scale the Deployment to 1 or 2 replicas.',
  },
  'controller-image': {
    level: 'FAILED',
    meaning: 'The image of a controller cannot be pulled, or its container cannot be started.',
    mend: 'Correct the image in the values or the construct, or give the Deployment a pull secret.',
  },
  'controller-out-of-memory': {
    level: 'WARNING',
    meaning: 'A controller was ended within the last day, because it needed more memory than it may have.',
    mend: 'Raise its memory limit: controllerManager.manager.resources of the chart.',
  },
  'controller-restarts': {
    level: 'WARNING',
    meaning: 'A controller has ended and was started again within the last day.',
    mend: 'Read what it said last: kubectl logs --previous of its Pod.',
  },
  'controller-no-leader': {
    level: 'FAILED',
    meaning:
      'The replicas of a controller elect a leader, and none leads: its Lease has no holder, or was not renewed.',
    mend: 'Read the log of the replicas: it names what they may not do, or cannot reach. See "The operator does not lead" in troubleshooting.',
  },
  'controller-no-election': {
    level: 'FAILED',
    meaning:
      'Several replicas of a controller run without electing a leader: they take the session of each pool from one another.',
    mend: 'Start them with --leader-elect, or run one replica.',
  },
  'controllers-overlap': {
    level: 'FAILED',
    meaning: 'Two controllers look after the same namespace: they take the session of each pool from one another.',
    mend: 'Give each of them namespaces of its own (controllerManager.namespaces), or uninstall one.',
  },
  'pool-not-watched': {
    level: 'FAILED',
    meaning: 'No controller looks after the namespace of a WorkerPool.',
    mend: 'Add the namespace to controllerManager.namespaces, or move the pool.',
  },
} as const;

type Code = keyof typeof kinds;

export function controllerFindings(facts: ControllersFact): Found<Code>[] {
  const { controllers, isWhole } = facts;
  if (controllers === 'unseen') return [];
  if (controllers.length === 0) {
    const object = 'the controller';
    return isWhole ? [{ code: 'controller-missing', object, message: 'no Deployment of it is in the cluster' }] : [];
  }
  return [
    ...controllers.flatMap((each) => [
      ...stateFindings(each),
      ...podFindings(each, facts),
      ...leaderFindings(each, facts),
    ]),
    ...overlaps(controllers),
    ...(isWhole ? unwatched(facts, controllers) : []),
  ];
}

const nameOf = ({ namespace, name }: Controller): string => `Deployment ${namespace}/${name}`;

function stateFindings({ controller }: ControllerFact): Found<Code>[] {
  const { wanted, ready, namespace, name } = controller;
  const object = nameOf(controller);
  const describe = `kubectl --namespace ${namespace} describe deployment ${name}`;
  if (wanted === 0) return [{ code: 'controller-stopped', object, message: 'it is scaled to 0 replicas' }];
  if (ready === 0) {
    const message = `none of its ${wanted === 1 ? 'replicas' : `${wanted} replicas`} is ready`;
    return [{ code: 'controller-not-ready', object, message, mend: `See why: ${describe}` }];
  }
  if (ready >= wanted) return [];
  const message = `${ready} of ${wanted} replicas are ready`;
  return [{ code: 'controller-fewer', object, message, mend: `See why: ${describe}` }];
}

function podFindings({ controller, pods }: ControllerFact, { now }: ControllersFact): Found<Code>[] {
  if (pods === 'unseen') return [];
  return pods.flatMap(({ metadata, status }) => {
    const container = status?.containerStatuses?.find(({ name }) => name === controller.container);
    if (!container) return [];
    const pod = { namespace: metadata.namespace ?? '', name: metadata.name };
    return imageFinding(pod, container, controller) ?? endFinding(pod, container, now) ?? [];
  });
}

interface PodName {
  readonly namespace: string;
  readonly name: string;
}

function imageFinding(
  { namespace, name }: PodName,
  { state }: ProgramStatus,
  { image }: Controller,
): Found<Code> | undefined {
  const { reason = '', message } = state?.waiting ?? {};
  if (!/Image|CreateContainer|RunContainer/.test(reason)) return undefined;
  const why = message ? `: ${message}` : '';
  const words = `the controller does not start from ${image} (${reason}${why})`;
  return { code: 'controller-image', object: `Pod ${namespace}/${name}`, message: words };
}

function endFinding(
  { namespace, name }: PodName,
  { lastState, restartCount = 1 }: ProgramStatus,
  now: number,
): Found<Code> | undefined {
  const ended = lastState?.terminated;
  const since = now - Date.parse(ended?.finishedAt ?? '');
  if (!ended || !(since < RECENT_MS)) return undefined;
  const object = `Pod ${namespace}/${name}`;
  const ago = `${spanInWords(since)} ago, ${restartCount} in all`;
  if (ended.reason === 'OOMKilled') {
    return { code: 'controller-out-of-memory', object, message: `the controller ran out of memory ${ago}` };
  }
  const mend = `Read what it said last: kubectl --namespace ${namespace} logs --previous ${name}`;
  const how = `exit code ${ended.exitCode}${ended.reason ? `, ${ended.reason}` : ''}`;
  return { code: 'controller-restarts', object, message: `the controller ended (${how}) ${ago}`, mend };
}

function leaderFindings({ controller, lease }: ControllerFact, { now }: ControllersFact): Found<Code>[] {
  const object = nameOf(controller);
  if (controller.lease === undefined) {
    if (controller.wanted < 2) return [];
    return [{ code: 'controller-no-election', object, message: `${controller.wanted} replicas elect no leader` }];
  }
  // Without a ready replica nobody can lead, which is told of already.
  if (lease === 'unseen' || controller.ready === 0) return [];
  const { holderIdentity, renewTime, leaseDurationSeconds = LEADER_ELECTION_SECONDS.leaseDuration } = lease?.spec ?? {};
  const found = (message: string): Found<Code>[] => [{ code: 'controller-no-leader', object, message }];
  if (!holderIdentity) return found(`nobody holds its Lease ${controller.namespace}/${controller.lease}`);
  const age = now - Date.parse(renewTime ?? '');
  if (age <= leaseDurationSeconds * 1000 + LEASE_SLACK_MS) return [];
  const when = Number.isNaN(age) ? 'never' : `${spanInWords(age)} ago`;
  return found(`its Lease ${controller.namespace}/${controller.lease} was last renewed ${when}, by ${holderIdentity}`);
}

function overlaps(facts: readonly ControllerFact[]): Found<Code>[] {
  const all = facts.map(({ controller }) => controller).filter(({ wanted }) => wanted > 0);
  return all.flatMap((one, index) =>
    all.slice(index + 1).flatMap((other): Found<Code>[] => {
      const shared = other.namespaces.find((namespace) => watches(one, namespace)) ?? one.namespaces[0];
      const isShared = shared === undefined || (watches(one, shared) && watches(other, shared));
      const where = shared === undefined ? 'every namespace' : `namespace ${shared}`;
      const message = `it looks after ${where}, as does ${nameOf(other)}`;
      return isShared ? [{ code: 'controllers-overlap', object: nameOf(one), message }] : [];
    }),
  );
}

function unwatched({ pools }: ControllersFact, controllers: readonly ControllerFact[]): Found<Code>[] {
  return pools
    .filter(({ metadata }) => !controllers.some(({ controller }) => watches(controller, metadata.namespace)))
    .map((pool) => ({
      code: 'pool-not-watched',
      object: poolName(pool),
      message: `no controller looks after namespace ${pool.metadata.namespace}`,
    }));
}

export const controller = subject<ControllersFact, Code>({
  name: 'controller',
  looksAt:
    'The Deployments of controllers: replicas, leader, image, restarts, memory, and the namespaces that they look after.',
  kinds,
  gather: async ({ view, scene: { now, pools, controllers, scope } }) => ({
    now,
    pools,
    isWhole: scope.namespace === undefined && scope.operatorNamespace === undefined,
    controllers:
      controllers === 'unseen'
        ? controllers
        : await Promise.all(
            controllers.map(async (each) => ({
              controller: each,
              pods: await view.list<ProgramPod>(PODS, each.namespace, selectorOf(each.labels)),
              lease: each.lease === undefined ? undefined : await view.get<Lease>(LEASES, each.namespace, each.lease),
            })),
          ),
  }),
  findings: controllerFindings,
});

const selectorOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
