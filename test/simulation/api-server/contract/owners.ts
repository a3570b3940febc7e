import type { Case } from './case';
import { said, type Lab } from './lab';

async function owned(lab: Lab, name: string, by: string, rest: object = {}): Promise<void> {
  const { uid } = (await lab.get('configMaps', by)).body.metadata;
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: by, uid, ...rest }];
  await lab.create('configMaps', name, { metadata: { ownerReferences } });
}

export const OWNERS: readonly Case[] = [
  {
    title: 'what an object owned goes after it',
    run: async (lab) => {
      await lab.create('configMaps', 'owner');
      await owned(lab, 'child', 'owner');
      await owned(lab, 'grandchild', 'child');
      await lab.create('configMaps', 'stranger');
      await lab.remove('configMaps', 'owner', { propagationPolicy: 'Background' });
      const gone = await lab.get('configMaps', 'owner');
      await lab.untilGone('configMaps', 'grandchild');
      return [said(gone), said(await lab.get('configMaps', 'child')), said(await lab.get('configMaps', 'stranger'))];
    },
    sees: ['404 NotFound', '404 NotFound', '200'],
  },
  {
    title: 'what names an owner that never was goes',
    run: async (lab) => {
      const uid = '11111111-1111-4111-8111-111111111111';
      const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'nobody', uid }];
      const created = await lab.create('configMaps', 'child', { metadata: { ownerReferences } });
      await lab.untilGone('configMaps', 'child');
      return said(created);
    },
    sees: '201',
  },
  {
    title: 'an owner that is deleted in the foreground waits for those that hold it',
    run: async (lab) => {
      await lab.create('configMaps', 'owner');
      await owned(lab, 'child', 'owner', { blockOwnerDeletion: true });
      await lab.patch('configMaps', 'child', { metadata: { finalizers: ['example.com/a'] } });
      await lab.remove('configMaps', 'owner', { propagationPolicy: 'Foreground' });
      const owner = (await lab.get('configMaps', 'owner')).body.metadata;
      await lab.until('the child is marked', async () => {
        return (await lab.get('configMaps', 'child')).body.metadata.deletionTimestamp !== undefined;
      });
      const waits = await lab.get('configMaps', 'owner');
      await lab.patch('configMaps', 'child', { metadata: { finalizers: null } });
      await lab.untilGone('configMaps', 'owner');
      return [
        owner.finalizers,
        typeof owner.deletionTimestamp,
        said(waits),
        said(await lab.get('configMaps', 'child')),
      ];
    },
    sees: [['foregroundDeletion'], 'string', '200', '404 NotFound'],
  },
  {
    title: 'what an object owned stays where that is asked for',
    run: async (lab) => {
      await lab.create('configMaps', 'owner');
      await owned(lab, 'child', 'owner');
      await lab.remove('configMaps', 'owner', { propagationPolicy: 'Orphan' });
      await lab.untilGone('configMaps', 'owner');
      return (await lab.get('configMaps', 'child')).body.metadata.ownerReferences;
    },
    sees: undefined,
  },
];
