import type { Case } from './case';
import { said, shown } from './lab';

export const DELETIONS: readonly Case[] = [
  {
    title: 'a deletion heeds the UID and the version that it names',
    run: async (lab) => {
      const { uid, resourceVersion } = (await lab.create('workers', 'a')).body.metadata;
      await lab.patch('workers', 'a', { metadata: { labels: { a: '1' } } });
      const remove = (preconditions: object) => lab.remove('workers', 'a', { preconditions }).then(said);
      return [
        await remove({ uid: 'another' }),
        await remove({ uid, resourceVersion }),
        await remove({ uid }),
        await remove({ uid }),
      ];
    },
    sees: ['409 Conflict', '409 Conflict', '200', '404 NotFound'],
  },
  {
    title: 'an object with a finalizer stays and keeps its name until that is taken off',
    run: async (lab) => {
      await lab.create('workers', 'a', { metadata: { finalizers: ['example.com/a'] } });
      const removed = await lab.remove('workers', 'a');
      const { metadata } = (await lab.get('workers', 'a')).body;
      const taken = await lab.create('workers', 'a');
      const again = await lab.remove('workers', 'a');
      const released = await lab.patch('workers', 'a', { metadata: { finalizers: [] } });
      return [
        said(removed),
        typeof metadata.deletionTimestamp,
        metadata.deletionGracePeriodSeconds,
        metadata.generation,
        said(taken),
        said(again),
        said(released),
        released.body.metadata.finalizers,
        said(await lab.get('workers', 'a')),
        said(await lab.create('workers', 'a')),
      ];
    },
    sees: ['200', 'string', 0, 2, '409 AlreadyExists', '200', '200', undefined, '404 NotFound', '201'],
  },
  {
    title: 'a deletion that is under way changes nothing the second time',
    run: async (lab) => {
      await lab.create('workers', 'a', { metadata: { finalizers: ['example.com/a'] } });
      await lab.remove('workers', 'a');
      const before = (await lab.get('workers', 'a')).body.metadata.resourceVersion;
      await lab.remove('workers', 'a');
      return (await lab.get('workers', 'a')).body.metadata.resourceVersion === before;
    },
    sees: true,
  },
  {
    title: 'nobody adds a finalizer to what is being deleted',
    run: async (lab) => {
      await lab.create('workers', 'a', { metadata: { finalizers: ['example.com/a'] } });
      await lab.remove('workers', 'a');
      const add = await lab.patch('workers', 'a', { metadata: { finalizers: ['example.com/a', 'example.com/b'] } });
      return [said(add), said(await lab.patch('workers', 'a', { metadata: { labels: { a: '1' } } }))];
    },
    sees: ['422 Invalid', '200'],
  },
  {
    title: 'a watch sees the mark, then the end',
    run: async (lab) => {
      await lab.create('workers', 'a', { metadata: { finalizers: ['example.com/a'] } });
      const watch = await lab.watch('workers');
      await lab.remove('workers', 'a');
      await lab.patch('workers', 'a', { metadata: { finalizers: [] } });
      const events = await watch.events(2);
      watch.close();
      const [marked, ended] = events.map(({ object }) => Number(object.metadata.resourceVersion));
      return [events.map(shown), marked! < ended!];
    },
    sees: [['MODIFIED a', 'DELETED a'], true],
  },
  {
    title: 'a namespace that is going takes nothing new',
    run: async (lab) => {
      await lab.create('workers', 'a', { metadata: { finalizers: ['example.com/a'] } });
      const removed = await lab.ask('DELETE', `/api/v1/namespaces/${lab.namespace}`);
      const { status, body } = await lab.create('configMaps', 'b');
      const patched = await lab.patch('workers', 'a', { metadata: { labels: { a: '1' } } });
      return [said(removed), status, body.reason, body.details?.causes?.map(({ reason }) => reason), said(patched)];
    },
    sees: ['200', 403, 'Forbidden', ['NamespaceTerminating'], '200'],
  },
  {
    title: 'a namespace that was deleted takes its content along',
    run: async (lab) => {
      await lab.create('configMaps', 'a');
      await lab.create('pods', 'b');
      await lab.ask('DELETE', `/api/v1/namespaces/${lab.namespace}`);
      await lab.untilGone('configMaps', 'a');
      await lab.until('the namespace is gone', async () => {
        const { status } = await lab.ask('GET', `/api/v1/namespaces/${lab.namespace}`);
        return status === 404;
      });
      return [said(await lab.get('pods', 'b')), said(await lab.create('pods', 'b'))];
    },
    sees: ['404 NotFound', '404 NotFound'],
  },
];
