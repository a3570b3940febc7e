import { PROOF_PROPERTY } from '../../protocol/mqtt-topics';

/** The JWT of the pool that a request of MQTT 5 brings as user property. */
export function proofIn(packet: {
  readonly properties?: { readonly userProperties?: Readonly<Record<string, string | string[]>> };
}): string | undefined {
  const given = packet.properties?.userProperties?.[PROOF_PROPERTY];
  return typeof given === 'string' ? given : undefined;
}
