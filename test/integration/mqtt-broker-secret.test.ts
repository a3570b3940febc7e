/** The recipe for the Secret of a broker, with whose certificate the control plane's authority has nothing to do. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { ulid } from 'ulid';
import { KeyFiles } from '../../src/control-plane/key-files';
import { Authority } from '../../src/control-plane/pki/authority';
import { connectMqtt } from '../../src/protocol/client';
import { makePool, TestControlPlane } from '../control-plane/support/control-plane';
import { INSTALL_TIMEOUT_MS } from '../support/debian-package';
import { removeFolder, temporaryFolder } from '../support/folder';
import { Mosquitto } from '../support/mosquitto';
import { until } from '../support/until';

const closers: (() => unknown)[] = [];
const closing = <T>(part: T, close: (part: T) => unknown): T => {
  closers.push(() => close(part));
  return part;
};
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const authorityIn = (folder: string) =>
  Authority.open(
    KeyFiles.inDataFolder(folder, () => undefined),
    Date.now,
  );

/** Carries out what the page says to be done with openssl, in a folder with the files that it takes from a Secret. */
function makeAsThePageSays(folder: string, dataDir: string): void {
  const page = readFileSync('docs/operations/mqtt-broker.md', 'utf8');
  const [, script = ''] = /```sh file=broker-secret\.sh\n(.*?)```/s.exec(page) ?? [];
  const [openssl] = /^openssl .*?[^\\]$/ms.exec(script) ?? [];
  for (const [from, to] of [
    ['ca.crt', 'authority.crt'],
    ['ca.key', 'authority.key'],
  ] as const) {
    writeFileSync(join(folder, to), readFileSync(join(dataDir, from)), { mode: 0o600 });
  }
  execFileSync('sh', ['-ec', openssl!], { cwd: folder, stdio: 'pipe' });
}

test(
  'a control plane speaks to a broker of another authority by the certificate that the recipe makes, and so do its pools',
  async () => {
    const folder = closing(temporaryFolder(), removeFolder);
    const dataDir = closing(temporaryFolder(), removeFolder);
    const authority = await authorityIn(dataDir);
    const other = await authorityIn(folder);
    const server = await other.issueServer(['127.0.0.1']);
    const files = {
      'ca.crt': authority.certificatePem,
      'crl.pem': await authority.revocationList([]),
      'server.crt': server.certificate,
      'server.key': server.key,
    };
    const broker = closing(await Mosquitto.start(files), (started) => started.stop());
    makeAsThePageSays(folder, dataDir);
    const made = (name: string) => readFileSync(join(folder, name), 'utf8');
    const mqttBroker = { url: broker.url, ca: other.certificatePem, cert: made('tls.crt'), key: made('tls.key') };
    const controlPlane = closing(
      await TestControlPlane.start({ dataDir, mqttPort: undefined, mqttBroker }),
      (started) => started.close(),
    );
    const { token, privateKeyPem } = await makePool(controlPlane);
    const session = closing(
      connectMqtt(
        { token, privateKeyPem, session: ulid(), userAgent: 'test/1', waitSeconds: 1 },
        { onView: () => undefined, onStatus: () => undefined },
      ),
      (opened) => opened.close(),
    );
    await until(() => session.status.state === 'connected', 'the session connects');
    expect(broker.log).toContain("u'worker-pools-control-plane'");
  },
  INSTALL_TIMEOUT_MS,
);
