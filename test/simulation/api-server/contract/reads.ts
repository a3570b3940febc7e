import type { Case } from './case';
import { said, shown, type Lab } from './lab';

const names = async (answer: Promise<Awaited<ReturnType<Lab['list']>>>): Promise<readonly string[]> =>
  ((await answer).body.items ?? []).map(({ metadata }) => metadata.name);

export const READS: readonly Case[] = [
  {
    title: 'a list takes the objects that its label selector names',
    run: async (lab) => {
      await lab.create('secrets', 'a', { metadata: { labels: { app: 'a', tier: 'x' } } });
      await lab.create('secrets', 'b', { metadata: { labels: { app: 'b' } } });
      await lab.create('secrets', 'c');
      const select = (selector: string) => names(lab.list('secrets', `?labelSelector=${encodeURIComponent(selector)}`));
      return [
        await select('app'),
        await select('!app'),
        await select('app=a'),
        await select('app!=a'),
        await select('app in (a,b),tier'),
        await select('app notin (b)'),
      ];
    },
    sees: [['a', 'b'], ['c'], ['a'], ['b', 'c'], ['a'], ['a', 'c']],
  },
  {
    title: 'a list takes the objects that its field selector names',
    run: async (lab) => {
      await lab.create('pods', 'a');
      await lab.create('pods', 'b');
      await lab.bind('b');
      const select = (selector: string) => names(lab.list('pods', `?fieldSelector=${encodeURIComponent(selector)}`));
      return [
        await select('metadata.name=a'),
        await select('spec.nodeName=node-1'),
        await select('status.phase!=Pending'),
      ];
    },
    sees: [['a'], ['b'], []],
  },
  {
    title: 'the pages of a list are of one version',
    run: async (lab) => {
      for (const name of ['a', 'b', 'c']) await lab.create('secrets', name);
      const first = await lab.list('secrets', '?limit=2');
      await lab.remove('secrets', 'c');
      await lab.create('secrets', 'd');
      const token = encodeURIComponent(first.body.metadata.continue ?? '');
      const second = await lab.list('secrets', `?limit=2&continue=${token}`);
      const [one, two] = [first, second].map(({ body }) => body.metadata.resourceVersion);
      return [
        await names(Promise.resolve(first)),
        await names(Promise.resolve(second)),
        one === two,
        second.body.metadata.continue,
      ];
    },
    sees: [['a', 'b'], ['c'], true, undefined],
  },
  {
    title: 'a list names the kind of its items only where that is a custom one',
    run: async (lab) => {
      await lab.create('secrets', 'a');
      await lab.create('workers', 'a');
      const kind = async (collection: 'secrets' | 'workers') => {
        const { body } = await lab.list(collection);
        return [body.kind, body.items?.[0]?.kind];
      };
      return [await kind('secrets'), await kind('workers')];
    },
    sees: [
      ['SecretList', undefined],
      ['WorkerList', 'Worker'],
    ],
  },
  {
    title: 'a watch shows what happens after the version asked for',
    run: async (lab) => {
      await lab.create('secrets', 'before');
      const { resourceVersion } = (await lab.list('secrets')).body.metadata;
      await lab.create('secrets', 'a');
      const watch = await lab.watch('secrets', '', resourceVersion);
      await lab.patch('secrets', 'a', { metadata: { labels: { a: '1' } } });
      await lab.patch('secrets', 'a', { metadata: { labels: { a: '1' } } });
      await lab.remove('secrets', 'a');
      await lab.create('secrets', 'last');
      const events = await watch.events(4);
      watch.close();
      const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
      return [events.map(shown), versions.every((version, at) => at === 0 || version > versions[at - 1]!)];
    },
    sees: [['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED last'], true],
  },
  {
    title: 'of a selector, who enters is added and who leaves is deleted, as it was when it was seen last',
    run: async (lab) => {
      await lab.create('secrets', 'a');
      const watch = await lab.watch('secrets', '&labelSelector=app');
      const label = (app: string | null) => lab.patch('secrets', 'a', { metadata: { labels: { app } } });
      await label('one');
      await label('two');
      const left = await label(null);
      await label('three');
      const events = await watch.events(4);
      watch.close();
      const gone = events[2]?.object.metadata;
      return [events.map(shown), gone?.labels, gone?.resourceVersion === left.body.metadata.resourceVersion];
    },
    sees: [['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED a'], { app: 'two' }, true],
  },
  {
    title: 'what never matched a selector is not shown',
    run: async (lab) => {
      const watch = await lab.watch('secrets', '&labelSelector=app');
      await lab.create('secrets', 'a');
      await lab.remove('secrets', 'a');
      await lab.create('secrets', 'b', { metadata: { labels: { app: '1' } } });
      const events = await watch.events(1);
      watch.close();
      return events.map(shown);
    },
    sees: ['ADDED b'],
  },
  {
    title: 'a watch from a version that was forgotten says so, and nothing else',
    run: async (lab) => {
      const watch = await lab.watch('workers', '', '1');
      const events = await watch.events(1);
      watch.close();
      return events.map(({ type, object }) => [type, object.code, object.reason]);
    },
    sees: [['ERROR', 410, 'Expired']],
  },
  {
    title: 'a quiet watch says before its end how far the server is',
    run: async (lab) => {
      const { resourceVersion } = (await lab.create('secrets', 'a')).body.metadata;
      const watch = await lab.watch('secrets', '&allowWatchBookmarks=true&timeoutSeconds=8');
      const events = await watch.untilEnd();
      const last = events.at(-1);
      return [last?.type, Number(last?.object.metadata.resourceVersion) >= Number(resourceVersion), last?.object.kind];
    },
    sees: ['BOOKMARK', true, 'Secret'],
  },
  {
    title: 'the deletion of an object that is gone is not found',
    run: async (lab) => said(await lab.remove('secrets', 'nobody')),
    sees: '404 NotFound',
  },
];
