import { afterEach, expect, it } from '@jest/globals';
import { CLAIM, ControlPlaneRelease } from './control-plane-release';
import type { Installation } from './installation';

const MINUTE = 60_000;

/** The control plane by its chart, beside the demo's. */
export function itInstallsTheControlPlane(installation: () => Installation): void {
  let release: ControlPlaneRelease | undefined;
  afterEach(() => release?.close(), 3 * MINUTE);

  it(
    'is installed, tested, changed, restored from a backup and uninstalled, on a volume that stays',
    async () => {
      release = new ControlPlaneRelease(installation(), 'embedded');
      await release.createNamespace();
      await release.createApiKey();
      const persistence = await release.volume(CLAIM.data);
      await release.claimForBackups();
      const backup = { enabled: true, existingClaim: CLAIM.backups };
      await release.install({ apiKey: { existingSecret: 'control-plane-api-key' }, persistence, backup });
      const said = await release.test();
      expect(said).toMatch(/Phase:\s+Succeeded/);
      expect(said).toContain('ok: the API key is taken');
      expect(said).toContain('ok: the broker listens');

      await release.upgrade('logLevel=debug');
      const restored = await release.backUpAndRestore();
      expect(restored).toContain('The database is as it was in /backup/control-plane-');
      expect(await release.test()).toMatch(/Phase:\s+Succeeded/);
      await release.uninstall();
      expect(await release.kubectl('get', 'persistentvolumeclaims', '-o', 'name')).toContain('data-');
    },
    5 * MINUTE,
  );
}
