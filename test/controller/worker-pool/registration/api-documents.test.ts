/** The controller asks for nothing that is not in the schema that it talks to. */
import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { DOCUMENT } from '../../../../src/controller/worker-pool/registration/api-documents';

const OWN = buildSchema(readFileSync('docs/reference/schema.graphql', 'utf8'));

/** As Spacelift's public clients know it. */
const PUBLIC = buildSchema(`
  type User { jwt: String, validUntil: Int }
  type WorkerPool {
    id: ID!, name: String!, config: String!, description: String, labels: [String!]!, space: ID!
    driftDetectionRunLimit: Int, managedByK8sController: Boolean!
  }
  type Query { workerPools: [WorkerPool!]!, workerPool(id: ID!): WorkerPool }
  type Mutation {
    apiKeyUser(id: ID!, secret: String!): User
    workerPoolCreate(name: String!, certificateSigningRequest: String!, description: String, labels: [String!], space: ID, driftDetectionRunLimit: Int): WorkerPool!
    workerPoolUpdate(id: ID!, name: String!, description: String, labels: [String!], space: ID, driftDetectionRunLimit: Int): WorkerPool!
    workerPoolReset(id: ID!, certificateSigningRequest: String!): WorkerPool!
    workerPoolDelete(id: ID!): WorkerPool
  }`);

const { logIn, schema, pools, update, reset } = DOCUMENT;
const SHARED = [logIn, schema, pools, update, reset, DOCUMENT.delete, DOCUMENT.create(), DOCUMENT.pool(['config'])];

it.each(SHARED)('is in the public API and in ours: %s', (document) => {
  for (const there of [PUBLIC, OWN]) expect(validate(there, parse(document))).toEqual([]);
});

it.each([DOCUMENT.create('managedBy'), DOCUMENT.pool(['config', 'managedBy'])])('is in ours alone: %s', (document) => {
  expect(validate(OWN, parse(document))).toEqual([]);
  expect(validate(PUBLIC, parse(document))).not.toEqual([]);
});
