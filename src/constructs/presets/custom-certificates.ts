import { Volume, type IConfigMap, type ISecret } from 'cdk8s-plus-28';
import { PATH } from '../../api';
import type { IWorkerPoolExtension, WorkerPool } from '../worker-pool/worker-pool';
import { checkOnce, setVariable } from './preset';

/**
 * Variables by which programs find certificates, wherever the image keeps its own: Go and OpenSSL, Node.js, Python's
 * requests, the AWS command line, curl, Git.
 */
const VARIABLES = [
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'AWS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
];

/**
 * Lets run Pods trust certificate authorities of your own: a private control plane, VCS system or registry of modules, or
 * a proxy that looks into TLS.
 *
 * The bundle takes the place of the image's, so it must have the public authorities, too, unless runs talk to nobody else.
 * It is mounted into the containers `init`, `launcher-grpc` and `worker`.
 *
 * Source: Spacelift's page on Kubernetes workers mounts an extended bundle at /etc/ssl/certs/ca-certificates.crt of the
 * worker container. The other two containers and the variables, for images that keep theirs elsewhere, are our addition.
 * The operator has a certificate of its own (`/opt/spacelift/certs`): this preset is for run Pods.
 *
 * @throws where the pool sets one of the variables already
 */
export class CustomCertificates implements IWorkerPoolExtension {
  /**
   * A bundle from a ConfigMap, such as trust-manager or OpenShift fill.
   *
   * @param configMap in the namespace of the pool
   * @param key of the bundle: certificates in PEM, one after the other
   */
  public static fromConfigMap(configMap: IConfigMap, key: string): CustomCertificates {
    return new CustomCertificates(key, (pool) =>
      Volume.fromConfigMap(pool, 'CustomCertificates', configMap, { name: 'custom-certificates' }),
    );
  }

  /**
   * A bundle from a Secret.
   *
   * @param secret in the namespace of the pool
   * @param key of the bundle: certificates in PEM, one after the other
   */
  public static fromSecret(secret: ISecret, key: string): CustomCertificates {
    return new CustomCertificates(key, (pool) =>
      Volume.fromSecret(pool, 'CustomCertificates', secret, { name: 'custom-certificates' }),
    );
  }

  private constructor(
    private readonly key: string,
    private readonly volume: (pool: WorkerPool) => Volume,
  ) {}

  /** Mounts the bundle into the run Pods of a pool. */
  public extend(pool: WorkerPool): void {
    checkOnce(pool, 'CustomCertificates', 'CustomCertificates');
    const volume = this.volume(pool);
    for (const container of [pool.initContainer, pool.grpcServerContainer, pool.workerContainer]) {
      // One file of the folder: the image's other certificates stay where they are.
      container.mount(PATH.trustedCertificates, volume, { subPath: this.key, readOnly: true });
      for (const name of VARIABLES) setVariable(pool, 'CustomCertificates', container, name, PATH.trustedCertificates);
    }
  }
}
