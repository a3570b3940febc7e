import { GraphQLError } from 'graphql';
import { JsonMeter, textOf } from '../../../src/control-plane/admission/json-meter';
import { MalformedPacket, PacketReader, PacketTooLarge } from '../../../src/control-plane/broker/packet-reader';
import { propertiesBytes, unknownVersion } from '../../../src/control-plane/broker/raw-packet';
import { isFilterBelow, matches } from '../../../src/control-plane/broker/topic-filter';
import { RequestError, told, validate } from '../../../src/control-plane/errors';
import { readDocument } from '../../../src/control-plane/graphql/read-document';
import { parseJsonBody } from '../../../src/control-plane/http/app';
import { checkPoolName, checkStackName, idOf, projectFolder } from '../../../src/control-plane/names';
import { TopLevel } from '../../../src/control-plane/state/top-level';
import { parseAnswer } from '../../../src/protocol/client/call';
import { causeOfRefusal } from '../../../src/protocol/client/causes';
import { environmentRefusal } from '../../../src/protocol/environment';
import * as messages from '../../../src/protocol/messages';
import { ProtocolError } from '../../../src/protocol/session';
import { LONGEST_PAUSE_SECONDS } from '../../../src/time';
import { generate } from 'mqtt-packet';
import { parser, type Parser } from '../support/parser';
import { nearly, nearlyBytes, nearlyJson, times } from '../support/nearly';
import { REQUESTS, VIEWS } from './examples';

const { CONTROLLER_OPERATIONS } = messages;

/** What a request of any kind is held against; one of them takes most examples. */
const requests = REQUESTS.map(([schema]) => schema);

const document = `query q($id: ID!) { workerPool(id: $id) { ...f workers(first: 5) { edges { node { id } } } } }
fragment f on WorkerPool { id name @include(if: true) }`;

const connect = generate({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 5,
  clean: true,
  clientId: 'x',
  username: 'u',
});
const publish = generate({
  cmd: 'publish',
  topic: 'a/b',
  payload: '{"op":"sync"}',
  qos: 1,
  messageId: 7,
  dup: false,
  retain: false,
});
const LIMITS = { connectBytes: 1000, publishBytes: 100_000, otherBytes: 500 };

const STATE = Buffer.from('{"version":4,"serial":3,"lineage":"a-b","resources":[{"x":"\\"]"}]}');

export const PROTOCOL: readonly Parser[] = [
  parser({
    name: 'a body of JSON',
    given: nearlyBytes(...REQUESTS.map(([, example]) => Buffer.from(JSON.stringify(example))), Buffer.from('[[{}]]')),
    parse: (bytes) => {
      const meter = new JsonMeter();
      meter.add(bytes);
      return parseJsonBody(textOf(bytes));
    },
    refusesWith: [RequestError],
    growing: [
      { title: 'brackets', of: (length) => Buffer.from(times('[', length)) },
      { title: 'a text that never ends', of: (length) => Buffer.from(`"${times('\\"', length)}`) },
      { title: 'values', of: (length) => Buffer.from(`[${times('0,', length)}0]`) },
    ],
  }),
  parser({
    name: 'a request of the worker protocol',
    given: nearlyJson(...REQUESTS.map(([, example]) => example)),
    parse: (body) => {
      const refusals = requests.map((schema) => {
        try {
          return validate(schema, body, 'the request');
        } catch (error) {
          if (error instanceof RequestError) return error;
          throw error;
        }
      });
      const refused = refusals.find((one) => one instanceof RequestError);
      if (refused && refusals.every((one) => one instanceof RequestError)) throw refused;
      return refusals;
    },
    refusesWith: [RequestError],
    growing: [
      { title: 'workers that are none', of: (length) => ({ session: 's', workers: Array<number>(length).fill(0) }) },
      {
        title: 'tags',
        of: (length) => ({ session: 's', workers: [{ metadata: { a: times('x', length) } }] }),
      },
      { title: 'entries of a log that are none', of: (length) => ({ entries: Array<number>(length).fill(0) }) },
    ],
  }),
  parser({
    name: 'an answer of the control plane',
    given: nearlyJson(...VIEWS),
    parse: (body) => {
      const answers = Object.keys(CONTROLLER_OPERATIONS).map((operation) => {
        try {
          return parseAnswer(operation as 'sync', body, 'https://pools.example');
        } catch (error) {
          if (error instanceof ProtocolError) return error;
          throw error;
        }
      });
      const refused = answers.find((one) => one instanceof ProtocolError);
      if (refused && answers.every((one) => one instanceof ProtocolError)) throw refused;
      return answers;
    },
    refusesWith: [ProtocolError],
    growing: [
      {
        title: 'views that are none',
        of: (length) => ({ revision: 1, workers: Array<number>(length).fill(0) }),
        from: 2_000,
      },
      {
        title: 'unknown workers',
        of: (length) => ({ revision: 1, workers: [], unknown: Array<string>(length).fill('x') }),
        from: 2_000,
      },
    ],
  }),
  parser({
    name: 'a refusal of the control plane (Retry-After)',
    given: nearlyJson(
      { code: 'too-many-requests', message: 'not now', retryAfterSeconds: 7 },
      { code: 'fenced', message: 'x' },
    ),
    parse: (body) => causeOfRefusal(429, body, 'https://pools.example'),
    check: (cause) => {
      const { retryAfterMs } = cause as ProtocolError;
      if (!(retryAfterMs >= 0 && retryAfterMs <= LONGEST_PAUSE_SECONDS * 1000))
        throw new Error(`a pause of ${retryAfterMs}`);
    },
    growing: [{ title: 'a message', of: (length) => ({ code: 'fenced', message: times('x', length) }) }],
  }),
  parser({
    name: 'packets of MQTT',
    given: nearlyBytes(Buffer.concat([connect, publish, publish]), Buffer.concat([connect, Buffer.from([0xc0, 0])])),
    parse: (bytes) => {
      const reader = new PacketReader(LIMITS);
      const packets = reader.push(bytes.subarray(0, 7)).concat(reader.push(bytes.subarray(7)));
      return packets.map((packet) => [unknownVersion(packet), propertiesBytes(packet)]);
    },
    refusesWith: [MalformedPacket, PacketTooLarge],
    growing: [
      { title: 'packets', of: (length) => Buffer.concat([connect, Buffer.from(times('\xc0\0', length), 'latin1')]) },
    ],
  }),
  parser({
    name: 'filters and topics of MQTT',
    given: nearly('pools/a/workers/+/view', 'pools/a/#', '$share/x/pools/#'),
    parse: (text) => [isFilterBelow(text, 'pools/a/'), matches(text, 'pools/a/workers/b/view')],
    check: (found, text) => {
      const [isBelow] = found as boolean[];
      if (isBelow && !text.startsWith('pools/a/')) throw new Error('a filter of another pool counts as one of its own');
    },
    growing: [{ title: 'levels', of: (length) => times('+/', length) }],
  }),
  parser({
    name: 'a document of GraphQL',
    given: nearly(document, 'mutation{workerPoolCreate(){id}}', '{a(b:"""x""",c:[1,{d:$e}])}', 'subscription @a {b}'),
    parse: (text) => readDocument(text, 10_000),
    refusesWith: [GraphQLError],
    growing: [
      { title: 'a text that never ends', of: (length) => `"${times('\\"', length)}`, from: 16_000 },
      { title: 'block strings', of: (length) => `"""${times('\\"""', length)}`, from: 16_000 },
      { title: 'empty argument lists', of: (length) => `{${times('a() ', length)}`, from: 16_000 },
      { title: 'brackets', of: (length) => times('( ', length), from: 16_000 },
      { title: 'comments', of: (length) => times('#\n', length), from: 16_000 },
    ],
  }),
  parser({
    name: 'names, ids and folders',
    given: nearly('network', 'a.b_c-1', 'Main worker', 'envs/dev', '../..', '01hps9hdswcq73rpdtvak0kk0a'),
    parse: (text) => {
      for (const check of [checkPoolName, checkStackName, projectFolder]) {
        try {
          check(text);
        } catch (error) {
          if (!(error instanceof RequestError)) throw error;
        }
      }
      return idOf(text);
    },
    growing: [
      { title: 'a name', of: (length) => times(' a', length) },
      { title: 'a folder', of: (length) => times('./', length) },
      { title: 'an id', of: (length) => times('7', length) },
    ],
  }),
  parser({
    name: 'an environment',
    given: nearlyJson({ TF_VAR_a: 'b', PATH: '/bin', SPACELIFT_MASK_ENVS: 'x' }),
    parse: (value) =>
      environmentRefusal(Object.fromEntries(Object.entries(value ?? {}).map(([n, v]) => [n, JSON.stringify(v)]))),
    growing: [{ title: 'a name and a value', of: (length) => ({ [times('A ', length)]: times('x', length) }) }],
  }),
  parser({
    name: 'what a state says of itself',
    given: nearlyBytes(STATE, Buffer.from('[]'), Buffer.from('{}')),
    parse: (bytes) => {
      const top = new TopLevel();
      for (const byte of [bytes.subarray(0, 5), bytes.subarray(5)]) top.add(byte);
      top.end();
      return top;
    },
    refusesWith: [RequestError],
    growing: [
      { title: 'brackets', of: (length) => Buffer.from(times('{"a":[', length)) },
      { title: 'a text', of: (length) => Buffer.from(`{"lineage":"${times('\\\\', length)}`) },
    ],
  }),
  parser({
    name: 'a sentence about what was sent',
    given: nearly('there is no stack "x"', '\u001b]0;title\u0007'),
    parse: told,
    check: (said) => {
      if (/[\p{Cc}\p{Zl}]/u.test(said as string)) throw new Error('it is more than one line');
    },
    growing: [{ title: 'control characters', of: (length) => times('\u001b', length) }],
  }),
];
