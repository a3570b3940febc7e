import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { allFences, placeOf } from '../docs/support/fences';
import { haveNamespaces, installAllDefinitions, Kubectl } from '../support/strict-apply';
import type { KubeObject } from '../support/kube';

const kubectl = new Kubectl();
const manifests = allFences().filter(
  ({ language, code, options }) =>
    language === 'yaml' && /^apiVersion:/m.test(code) && /^kind:/m.test(code) && options['no-test'] === undefined,
);

beforeAll(installAllDefinitions, 180_000);
afterAll(() => kubectl.remove());

describe('the API server takes what the docs show, with strict validation', () => {
  it.each(manifests.map((fence) => [placeOf(fence), fence] as const))('%s', async (_, { code }) => {
    await haveNamespaces(parseAllDocuments(code).map((document) => document.toJS() as KubeObject));
    await kubectl.takesStrictly(code);
  });

  it('has something to take', () => expect(manifests.length).toBeGreaterThan(0));
});
