import type { ProofChecks } from '../identity/proof-checks';
import type { MqttBrokerOptions } from '../options';
import type { QueueContext } from '../queue/context';
import { EmbeddedBroker, type EmbeddedBrokerOptions } from './embedded-broker';
import { CONTROL_PLANE_CLIENT, OutsideBroker, type BrokerObserver } from './outside-broker';

export { type BrokerObserver } from './outside-broker';

interface BrokersOptions {
  /** Null: no embedded broker. */
  readonly embedded: Omit<EmbeddedBrokerOptions, 'proofs'> | null;
  readonly outside: MqttBrokerOptions | undefined;
  readonly proofs: ProofChecks;
  /** Told of the one outside. */
  readonly observer: BrokerObserver;
  readonly authority: {
    readonly certificatePem: string;
    issueClient(name: string): Promise<{ readonly certificate: string; readonly key: string }>;
    secretWord(purpose: string): Promise<string>;
  };
}

/** The ways in which pools speak MQTT: the embedded broker, one that others run, both, or none. */
export class Brokers {
  private constructor(
    readonly embedded: EmbeddedBroker | undefined,
    readonly outside: OutsideBroker | undefined,
  ) {}

  static async start(
    context: QueueContext,
    { embedded, outside, proofs, observer, authority }: BrokersOptions,
  ): Promise<Brokers> {
    return new Brokers(
      embedded ? await EmbeddedBroker.start(context, { ...embedded, proofs }) : undefined,
      outside &&
        new OutsideBroker(context, {
          ...outside,
          proofs,
          observer,
          ca: outside.ca ?? authority.certificatePem,
          group: await authority.secretWord('shared subscription'),
          identity: async () => {
            if (outside.cert !== undefined && outside.key !== undefined)
              return { cert: outside.cert, key: outside.key };
            const { certificate, key } = await authority.issueClient(CONTROL_PLANE_CLIENT);
            return { cert: certificate, key };
          },
        }),
    );
  }

  /** Takes nothing more, and resolves when the requests that are under way are answered. */
  async drain(): Promise<void> {
    await Promise.all([this.embedded?.drain(), this.outside?.drain()]);
  }

  async close(): Promise<void> {
    await Promise.all([this.embedded?.close(), this.outside?.close()]);
  }
}
