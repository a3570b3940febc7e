import type { Case } from './case';
import { said, shown, type Lab } from './lab';

async function running(lab: Lab, name: string, metadata: object = {}): Promise<void> {
  await lab.create('pods', name, { metadata });
  await lab.bind(name);
  const conditions = [{ type: 'Ready', status: 'True' }];
  await lab.patch('pods', name, { status: { phase: 'Running', conditions } }, 'status');
}

export const PODS: readonly Case[] = [
  {
    title: 'a new Pod is pending, whatever status it was sent with',
    run: async (lab) => {
      const { body } = await lab.create('pods', 'a', { status: { phase: 'Running' } });
      return (body.status as { phase: string }).phase;
    },
    sees: 'Pending',
  },
  {
    title: 'a Pod is bound to a node once',
    run: async (lab) => {
      await lab.create('pods', 'a');
      const [first, second] = [await lab.bind('a'), await lab.bind('a')];
      const { spec, status } = (await lab.get('pods', 'a')).body;
      const { conditions } = status as { conditions: { type: string; status: string }[] };
      const scheduled = conditions.map(({ type, status: is }) => `${type}=${is}`);
      return [said(first), said(second), spec?.nodeName, scheduled];
    },
    sees: ['201', '409 Conflict', 'node-1', ['PodScheduled=True']],
  },
  {
    title: 'a Pod without a node goes at once',
    run: async (lab) => {
      await lab.create('pods', 'a');
      return [said(await lab.remove('pods', 'a')), said(await lab.get('pods', 'a'))];
    },
    sees: ['200', '404 NotFound'],
  },
  {
    title: 'a Pod on a node stays for its grace, until the kubelet finishes it',
    run: async (lab) => {
      await running(lab, 'a');
      const watch = await lab.watch('pods');
      const removed = await lab.remove('pods', 'a');
      const { uid, deletionGracePeriodSeconds, generation } = (await lab.get('pods', 'a')).body.metadata;
      const taken = await lab.create('pods', 'a');
      const again = await lab.remove('pods', 'a');
      const still = await lab.get('pods', 'a');
      const finished = await lab.remove('pods', 'a', { gracePeriodSeconds: 0, preconditions: { uid } });
      const events = await watch.events(3);
      watch.close();
      return [
        said(removed),
        deletionGracePeriodSeconds,
        generation,
        said(taken),
        said(again),
        said(still),
        said(finished),
        events.map(shown),
        said(await lab.get('pods', 'a')),
      ];
    },
    sees: [
      '200',
      30,
      2,
      '409 AlreadyExists',
      '200',
      '200',
      '200',
      ['MODIFIED a', 'MODIFIED a', 'DELETED a'],
      '404 NotFound',
    ],
  },
  {
    title: 'the grace of a deletion gets shorter, never longer',
    run: async (lab) => {
      await running(lab, 'a');
      const grace = async (gracePeriodSeconds: number) => {
        await lab.remove('pods', 'a', { gracePeriodSeconds });
        return (await lab.get('pods', 'a')).body.metadata.deletionGracePeriodSeconds;
      };
      return [await grace(20), await grace(40), await grace(10)];
    },
    sees: [20, 20, 10],
  },
  {
    title: 'a Pod that has ended goes at once, and one with a finalizer does not',
    run: async (lab) => {
      await running(lab, 'a');
      await lab.patch('pods', 'a', { status: { phase: 'Succeeded' } }, 'status');
      await running(lab, 'b', { finalizers: ['example.com/a'] });
      await lab.remove('pods', 'a');
      await lab.remove('pods', 'b', { gracePeriodSeconds: 0 });
      return [said(await lab.get('pods', 'a')), said(await lab.get('pods', 'b'))];
    },
    sees: ['404 NotFound', '200'],
  },
  {
    title: 'the deadline of a Pod gets shorter, never longer, and little else changes',
    run: async (lab) => {
      await lab.create('pods', 'a');
      const change = async (spec: object) => said(await lab.patch('pods', 'a', { spec }));
      return [
        await change({ activeDeadlineSeconds: 100 }),
        await change({ activeDeadlineSeconds: 50 }),
        await change({ activeDeadlineSeconds: 60 }),
        await change({ activeDeadlineSeconds: null }),
        await change({ restartPolicy: 'Never' }),
        (await lab.get('pods', 'a')).body.spec?.activeDeadlineSeconds,
      ];
    },
    sees: ['200', '200', '422 Invalid', '422 Invalid', '422 Invalid', 50],
  },
  {
    title: 'a write of the Pod does not touch its status, and the other way round',
    run: async (lab) => {
      await running(lab, 'a');
      await lab.patch('pods', 'a', { status: { phase: 'Failed' } });
      await lab.patch('pods', 'a', { spec: { activeDeadlineSeconds: 5 } }, 'status');
      const { spec, status } = (await lab.get('pods', 'a')).body;
      return [(status as { phase: string }).phase, spec?.activeDeadlineSeconds];
    },
    sees: ['Running', undefined],
  },
  {
    title: 'a budget that needs more Pods than there can be lets none be evicted that runs',
    run: async (lab) => {
      const labels = { app: 'a' };
      await running(lab, 'running', { labels });
      await lab.create('pods', 'pending', { metadata: { labels } });
      await running(lab, 'ended', { labels });
      await lab.patch('pods', 'ended', { status: { phase: 'Succeeded' } }, 'status');
      await running(lab, 'other', { labels: { app: 'b' } });
      const selector = { matchExpressions: [{ key: 'app', operator: 'In', values: ['a'] }] };
      await lab.create('budgets', 'all', { spec: { minAvailable: 2_147_483_647, selector } });
      await lab.until('the budget is looked after', async () => {
        const { status } = (await lab.get('budgets', 'all')).body as { status?: { observedGeneration?: number } };
        return (status?.observedGeneration ?? 0) > 0;
      });
      const refused = await lab.evict('running');
      return [
        said(refused),
        refused.body.message,
        refused.body.details?.causes?.map(({ reason }) => reason),
        said(await lab.evict('pending')),
        said(await lab.evict('ended')),
        said(await lab.evict('other')),
        said(await lab.evict('nobody')),
        said(await lab.get('pods', 'running')),
        said(await lab.get('pods', 'pending')),
        typeof (await lab.get('pods', 'other')).body.metadata.deletionTimestamp,
      ];
    },
    sees: [
      '429 TooManyRequests',
      "Cannot evict pod as it would violate the pod's disruption budget.",
      ['DisruptionBudget'],
      '201',
      '201',
      '201',
      '404 NotFound',
      '200',
      '404 NotFound',
      'string',
    ],
  },
];
