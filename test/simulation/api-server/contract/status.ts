import type { Case } from './case';
import { said } from './lab';

export const STATUSES: readonly Case[] = [
  {
    title: 'a status sent along with a new object is dropped',
    run: async (lab) => (await lab.create('workers', 'a', { status: { registered: true } })).body.status,
    sees: undefined,
  },
  {
    title: 'a write of the object does not touch its status, and the other way round',
    run: async (lab) => {
      await lab.create('pools', 'a', { spec: { poolSize: 1 } });
      const both = { metadata: { labels: { a: '1' } }, spec: { poolSize: 2 }, status: { actualPoolSize: 3 } };
      const status = (await lab.patch('pools', 'a', both, 'status')).body;
      const main = (await lab.patch('pools', 'a', { ...both, status: { actualPoolSize: 4 } })).body;
      return [status, main].map(({ spec, status: own, metadata }) => [spec?.poolSize, own, metadata.labels]);
    },
    sees: [
      [1, { actualPoolSize: 3 }, undefined],
      [2, { actualPoolSize: 3 }, { a: '1' }],
    ],
  },
  {
    title: 'the generation grows with the spec alone',
    run: async (lab) => {
      const generation = async (answer: ReturnType<typeof lab.patch>) => (await answer).body.metadata.generation;
      return [
        await generation(lab.create('pools', 'a', { spec: { poolSize: 1 } })),
        await generation(lab.patch('pools', 'a', { metadata: { labels: { a: '1' } } })),
        await generation(lab.patch('pools', 'a', { status: { actualPoolSize: 1 } }, 'status')),
        await generation(lab.patch('pools', 'a', { spec: { poolSize: 1 } })),
        await generation(lab.patch('pools', 'a', { spec: { poolSize: 2 } })),
      ];
    },
    sees: [1, 1, 1, 1, 2],
  },
  {
    title: 'a status of another version is refused where the version is named',
    run: async (lab) => {
      const { resourceVersion } = (await lab.create('pools', 'a', { spec: {} })).body.metadata;
      await lab.patch('pools', 'a', { metadata: { labels: { a: '1' } } });
      const write = (metadata: object) =>
        lab.patch('pools', 'a', { metadata, status: { actualPoolSize: 1 } }, 'status').then(said);
      return [await write({ resourceVersion }), await write({}), await write({ uid: 'another' })];
    },
    sees: ['409 Conflict', '200', '200'],
  },
  {
    title: 'kinds without a status of their own have no such path',
    run: async (lab) => {
      await lab.create('configMaps', 'a');
      return said(await lab.patch('configMaps', 'a', {}, 'status'));
    },
    sees: '404 NotFound',
  },
  {
    title: 'the scale of a pool reads and writes its size',
    run: async (lab) => {
      await lab.create('pools', 'a', { spec: { poolSize: 2 } });
      await lab.patch('pools', 'a', { status: { actualPoolSize: 1, selector: 'a=b' } }, 'status');
      const read = (await lab.ask('GET', lab.path('pools', 'a', 'scale'))).body;
      const written = await lab.patch('pools', 'a', { spec: { replicas: 5 } }, 'scale');
      const pool = (await lab.get('pools', 'a')).body;
      return [read.kind, read.spec, read.status, said(written), pool.spec?.poolSize, pool.metadata.generation];
    },
    sees: ['Scale', { replicas: 2 }, { replicas: 1, selector: 'a=b' }, '200', 5, 2],
  },
  {
    title: 'a pool without a size has no scale',
    run: async (lab) => {
      await lab.create('pools', 'a', { spec: {} });
      return said(await lab.ask('GET', lab.path('pools', 'a', 'scale')));
    },
    sees: '500 InternalError',
  },
  {
    title:
      'what the schema of a pool does not allow is refused, its defaults are set, and what it does not know is dropped',
    run: async (lab) => {
      const create = async (name: string, spec: object) => said(await lab.create('pools', name, { spec }));
      const { body } = await lab.create('pools', 'd', { spec: { poolSize: 1, unknown: true } });
      return [
        await create('a', { poolSize: -1 }),
        await create('b', { poolSize: 'many' }),
        await create('c', { poolSize: 10_001 }),
        body.spec,
      ];
    },
    sees: [
      '422 Invalid',
      '422 Invalid',
      '422 Invalid',
      { commsProtocol: 'mqtt', mqttReconnectRetryCount: 5, poolSize: 1 },
    ],
  },
];
