import type { IConnackPacket, IConnectPacket } from 'mqtt-packet';
import type { BrokerLimits } from './limits';
import { Ending, REASON, RETURN_CODE } from './reason';

/** What a CONNECT asks for that this broker does not do; undefined when it can be taken, credentials left aside. */
export function refusalOfConnect(
  packet: Pick<IConnectPacket, 'protocolVersion' | 'clean' | 'will' | 'properties'> & { readonly bridgeMode?: boolean },
): Ending | undefined {
  if (packet.protocolVersion === 3 || packet.bridgeMode) {
    return new Ending(REASON.unsupportedVersion, 'this broker speaks MQTT 3.1.1 and 5, and to no bridges');
  }
  if (packet.properties?.authenticationMethod !== undefined) {
    return new Ending(
      REASON.badAuthenticationMethod,
      'the proof of the pool goes into the password, without an authentication method',
    );
  }
  if (packet.will) return new Ending(REASON.implementationSpecific, 'this broker takes no wills');
  // MQTT 5 tells the client that nothing is kept (session expiry 0, no session present); 3.1.1 cannot.
  if (packet.protocolVersion === 4 && !packet.clean) {
    return new Ending(REASON.clientIdNotValid, 'no session outlives its connection here: connect with a clean session');
  }
  return undefined;
}

/** The keep-alive that counts, in seconds; MQTT 5 tells the client of it. */
export function keepAliveOf({ protocolVersion, keepalive = 0 }: IConnectPacket, limits: BrokerLimits): number {
  const wanted = keepalive === 0 ? Infinity : keepalive;
  return protocolVersion === 5 ? Math.min(wanted, limits.keepAliveSeconds) : wanted;
}

export function acceptance(packet: IConnectPacket, limits: BrokerLimits, assignedClientId: string): IConnackPacket {
  if (packet.protocolVersion !== 5) return { cmd: 'connack', sessionPresent: false, returnCode: 0 };
  return {
    cmd: 'connack',
    sessionPresent: false,
    reasonCode: REASON.success,
    properties: {
      sessionExpiryInterval: 0,
      receiveMaximum: limits.requestsPerConnection,
      maximumQoS: 1,
      retainAvailable: false,
      maximumPacketSize: limits.publishBytes,
      topicAliasMaximum: 0,
      wildcardSubscriptionAvailable: true,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionAvailable: false,
      serverKeepAlive: keepAliveOf(packet, limits),
      ...(packet.clientId === '' && { assignedClientIdentifier: assignedClientId }),
    },
  };
}

/** Undefined where MQTT 3.1.1 has no code: the connection ends without an answer. */
export function refusalPacket(version: number, ending: Ending): IConnackPacket | undefined {
  if (version === 5) {
    const properties = { reasonString: ending.message };
    return { cmd: 'connack', sessionPresent: false, reasonCode: ending.reason, properties };
  }
  const returnCode = RETURN_CODE[ending.reason];
  return returnCode === undefined ? undefined : { cmd: 'connack', sessionPresent: false, returnCode };
}
