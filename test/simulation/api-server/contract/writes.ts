import { said, type Lab } from './lab';
import type { Case } from './case';

/** What a merge patch is answered: without a version, with an old one, with the UID, with another. */
const OF_A_PATCH = ['200', '409 Conflict', '200', '422 Invalid', 'metadata.uid'];

export const WRITES: readonly Case[] = [
  {
    title: 'a name is taken once',
    run: async (lab) => [said(await lab.create('configMaps', 'a')), said(await lab.create('configMaps', 'a'))],
    sees: ['201', '409 AlreadyExists'],
  },
  {
    title: 'a generated name begins with what was asked for, and is another one each time',
    run: async (lab) => {
      const generate = async () =>
        (await lab.create('configMaps', '', { metadata: { generateName: 'some-' } })).body.metadata.name;
      const [one, two] = [await generate(), await generate()];
      return [/^some-[a-z0-9]{5}$/.test(one), one !== two];
    },
    sees: [true, true],
  },
  {
    title: 'nothing is created without a name',
    run: async (lab) => said(await lab.create('configMaps', '')),
    sees: '422 Invalid',
  },
  {
    title: 'nothing is created with a version',
    run: async (lab) => said(await lab.create('configMaps', 'a', { metadata: { resourceVersion: '5' } })),
    sees: '500 undefined',
  },
  {
    title: 'nothing is created in a namespace that is not there',
    run: async (lab) => {
      const answer = await lab.ask('POST', '/api/v1/namespaces/nowhere/configmaps', { metadata: { name: 'a' } });
      return [said(answer), answer.body.message];
    },
    sees: ['404 NotFound', 'namespaces "nowhere" not found'],
  },
  {
    title: 'nothing is created in another namespace than that of the path',
    run: async (lab) => said(await lab.create('configMaps', 'a', { metadata: { namespace: 'elsewhere' } })),
    sees: '400 BadRequest',
  },
  {
    title: 'an object of another name is there no more than one that never was',
    run: async (lab) => {
      const answer = await lab.get('pods', 'a');
      return [
        said(answer),
        answer.body.message,
        said(await lab.patch('pods', 'a', {})),
        said(await lab.remove('pods', 'a')),
      ];
    },
    sees: ['404 NotFound', 'pods "a" not found', '404 NotFound', '404 NotFound'],
  },
  {
    title: 'a dry run is checked and keeps nothing',
    run: async (lab) => {
      const first = await lab.create('pods', 'a', {}, '?dryRun=All');
      const gone = await lab.get('pods', 'a');
      await lab.create('pods', 'a');
      return [said(first), said(gone), said(await lab.create('pods', 'a', {}, '?dryRun=All'))];
    },
    sees: ['201', '404 NotFound', '409 AlreadyExists'],
  },
  {
    title: 'a PUT that is based on an old version is refused',
    run: async (lab) => {
      const { body } = await lab.create('leases', 'a', { spec: { holderIdentity: 'one' } });
      const first = await lab.put('leases', { ...body, spec: { holderIdentity: 'two' } });
      const second = await lab.put('leases', { ...body, spec: { holderIdentity: 'three' } });
      return [said(first), said(second), second.body.message?.replace(/^.*: the/, 'the')];
    },
    sees: [
      '200',
      '409 Conflict',
      'the object has been modified; please apply your changes to the latest version and try again',
    ],
  },
  {
    title: 'a PUT says on which version it is based, except of some kinds',
    run: async (lab) => {
      const results: string[] = [];
      for (const collection of ['leases', 'workers', 'configMaps', 'budgets'] as const) {
        const { body } = await lab.create(collection, 'a', { spec: specOf(collection) });
        const { resourceVersion: _, ...metadata } = body.metadata;
        results.push(said(await lab.put(collection, { ...body, metadata: metadata as typeof body.metadata })));
      }
      return results;
    },
    sees: ['422 Invalid', '422 Invalid', '200', '422 Invalid'],
  },
  {
    title: 'a PUT of another object of that name is refused',
    run: async (lab) => {
      const { body } = await lab.create('configMaps', 'a');
      const other = { ...body, metadata: { ...body.metadata, uid: 'another' } };
      return said(await lab.put('configMaps', other));
    },
    sees: '409 Conflict',
  },
  {
    title: 'a merge patch heeds the version and the UID that it names, and none otherwise',
    run: async (lab) => {
      const results: string[] = [];
      for (const collection of ['workers', 'pods'] as const) {
        const { body } = await lab.create(collection, 'a');
        const { resourceVersion, uid } = body.metadata;
        const patch = async (metadata: object) => results.push(said(await lab.patch(collection, 'a', { metadata })));
        await patch({ labels: { a: '1' } });
        await patch({ resourceVersion, labels: { a: '2' } });
        await patch({ uid, labels: { a: '3' } });
        const other = await lab.patch(collection, 'a', { metadata: { uid: 'another', labels: { a: '4' } } });
        results.push(said(other), ...new Set((other.body.details?.causes ?? []).map(({ field = '' }) => field)));
      }
      return results;
    },
    sees: [...OF_A_PATCH, ...OF_A_PATCH],
  },
  {
    title: 'a merge patch replaces lists, joins objects and takes away what is null',
    run: async (lab) => {
      const labels = { a: '1', b: '2' };
      await lab.create('workers', 'a', { metadata: { labels, finalizers: ['example.com/a', 'example.com/b'] } });
      const { body } = await lab.patch('workers', 'a', {
        metadata: { labels: { a: null, c: '3' }, finalizers: ['example.com/b'] },
      });
      return [body.metadata.labels, body.metadata.finalizers];
    },
    sees: [{ b: '2', c: '3' }, ['example.com/b']],
  },
  {
    title: 'what changes nothing makes no version',
    run: async (lab) => {
      const created = (await lab.create('workers', 'a', { metadata: { labels: { a: '1' } } })).body;
      const patched = (await lab.patch('workers', 'a', { metadata: { labels: { a: '1' } } })).body;
      const put = (await lab.put('workers', patched)).body;
      return [patched, put].map(({ metadata }) => metadata.resourceVersion === created.metadata.resourceVersion);
    },
    sees: [true, true],
  },
  {
    title: 'generation and deletion are nobody’s to write',
    run: async (lab) => {
      await lab.create('workers', 'a');
      const patch = (metadata: object) => lab.patch('workers', 'a', { metadata });
      const counted = await patch({ generation: 7 });
      const marked = await patch({ deletionTimestamp: '2001-01-01T00:00:00Z' });
      return [said(counted), counted.body.metadata.generation, said(marked)];
    },
    sees: ['200', 1, '422 Invalid'],
  },
  {
    title: 'all versions come from one sequence',
    run: async (lab) => {
      const answers = [
        await lab.create('configMaps', 'a'),
        await lab.create('workers', 'a'),
        await lab.patch('configMaps', 'a', { data: { a: '1' } }),
        await lab.list('pods'),
      ];
      const versions = answers.map(({ body }) => Number(body.metadata.resourceVersion));
      return versions.every((version, at) => at === 0 || version >= versions[at - 1]!);
    },
    sees: true,
  },
  {
    title: 'who takes itself off the list of managers is off it',
    run: async (lab) => {
      await lab.create('pools', 'a', { spec: {} });
      const path = `${lab.path('pools', 'a')}?fieldManager=first-value`;
      const { metadata } = (await lab.ask('PATCH', path, { spec: { poolSize: 2 } })).body;
      const managers = metadata.managedFields?.map(({ manager }) => manager);
      const managedFields = metadata.managedFields?.filter(({ manager }) => manager !== 'first-value');
      const { resourceVersion } = metadata;
      const after = (await lab.ask('PATCH', path, { metadata: { resourceVersion, managedFields } })).body.metadata;
      const left = after.managedFields?.map(({ manager }) => manager);
      return [
        managers?.includes('first-value'),
        left?.includes('first-value'),
        after.generation === metadata.generation,
      ];
    },
    sees: [true, false, true],
  },
  {
    title: 'an Event is about an object of its namespace',
    run: async (lab) => {
      const event = (namespace: string) => ({
        involvedObject: { kind: 'Pod', name: 'a', namespace },
        reason: 'Why',
        count: 1,
      });
      const { body } = await lab.create('events', 'a', event(lab.namespace));
      return [
        said(await lab.create('events', 'b', event('elsewhere'))),
        said(await lab.patch('events', body.metadata.name, { count: 2 })),
      ];
    },
    sees: ['422 Invalid', '200'],
  },
];

export function specOf(collection: Parameters<Lab['create']>[0]): object | undefined {
  if (collection === 'budgets') return { minAvailable: 1, selector: { matchLabels: { app: 'a' } } };
  return collection === 'configMaps' || collection === 'workers' ? undefined : {};
}
