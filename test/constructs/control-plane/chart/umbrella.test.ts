/** The chart as most repositories of GitOps hold it: a dependency of a chart of their own, with values of their own. */
import { describe, expect, it } from '@jest/globals';
import { CONTROL_PLANE_NAME } from '../../../../src/constructs/control-plane/constants';
import { byAlias, writeUmbrella } from '../../../charting/support/umbrella';
import { generatedControlPlane } from './support';

const chart = generatedControlPlane();
const release = { name: 'platform', namespace: 'tools' };

describe('as a dependency', () => {
  const umbrella = () =>
    writeUmbrella(chart.scratchFolder(), chart.folder, [{ condition: `${CONTROL_PLANE_NAME}.enabled` }]);

  it('is switched on and off by a condition', async () => {
    const { text } = await chart.template({ [CONTROL_PLANE_NAME]: { enabled: true } }, release, umbrella());
    const kinds = byAlias(text)
      .get(CONTROL_PLANE_NAME)
      ?.map(({ kind }) => kind);
    expect(kinds).toContain('StatefulSet');
    const off = await chart.template({ [CONTROL_PLANE_NAME]: { enabled: false } }, release, umbrella());
    expect(byAlias(off.text).size).toBe(0);
  });

  it('stands twice under two aliases, with names and a configuration of each', async () => {
    const twice = writeUmbrella(chart.scratchFolder(), chart.folder, [{ alias: 'eu' }, { alias: 'us' }]);
    const values = { eu: { publicUrl: 'https://eu.example' }, us: { publicUrl: 'https://us.example' } };
    const objects = byAlias((await chart.template(values, release, twice)).text);
    for (const alias of ['eu', 'us']) {
      const [config] = (objects.get(alias) ?? []).filter(({ kind }) => kind === 'ConfigMap');
      expect(config).toMatchObject({ metadata: { name: `platform-${alias}` } });
      expect(JSON.stringify(config)).toContain(`https://${alias}.example`);
    }
  });
});
