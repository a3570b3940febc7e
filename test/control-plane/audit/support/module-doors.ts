import { Readable } from 'node:stream';
import type { TestQueue } from '../../support/queue';
import { archive, mutation, SECRET, type Door } from './doors';

/** The doors by which modules are changed. */
export function moduleDoors(queueNow: () => TestQueue): Readonly<Record<string, Door>> {
  const environment = [{ name: 'PASSWORD', value: SECRET }];
  const made = async (): Promise<string> => {
    const { modules } = queueNow().admin;
    const { id } = await modules.create({ name: 'network', pool: 'pool' });
    await modules.uploadSource(id, Readable.from([archive('a source')]));
    return id;
  };
  const active = async (): Promise<string> => {
    const queue = queueNow();
    const worker = await queue.register();
    const { id } = await queue.admin.modules.createVersion({ module: await made(), number: '1.2.3' });
    const assignment = await queue.assignment(worker);
    await queue.start(assignment);
    await queue.end(assignment);
    return id;
  };
  return {
    'Mutation.moduleCreate': mutation(
      'module.create',
      '($environment:[EnvironmentVariable!]){moduleCreate(name: "new", workerPool: "pool", environment: $environment){id}}',
      () => ({ environment }),
    ),
    'Mutation.moduleUpdate': mutation(
      'module.update',
      '($module:ID!,$environment:[EnvironmentVariable!]){moduleUpdate(module: $module, description: "x", environment: $environment){id}}',
      async () => ({ module: await made(), environment }),
    ),
    'Mutation.moduleDelete': mutation(
      'module.delete',
      '($module:ID!){moduleDelete(module: $module){id}}',
      async () => ({
        module: await made(),
      }),
    ),
    'Mutation.moduleVersionCreate': mutation(
      'module.create-version',
      '($module:ID!){moduleVersionCreate(module: $module, number: "1.2.3", tests: ["a", "b"]){id}}',
      async () => ({ module: await made() }),
    ),
    'Mutation.moduleVersionYank': mutation(
      'module.yank-version',
      '($id:ID!){moduleVersionYank(id: $id, note: "leaks"){id}}',
      async () => ({ id: await active() }),
    ),
    'PUT /api/v1/modules/:name/source': {
      action: 'module.upload-source',
      prepare: async () => ({ method: 'PUT', path: `/api/v1/modules/${await made()}/source`, body: archive(SECRET) }),
    },
  };
}
