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

/** Kinds whose CRDs no Go module that can be had carries; their values are rendered in test/docs. */
const UNKNOWN = ['HelmRelease'];

const knownDocuments = (code: string): string =>
  code
    .split(/^---$/m)
    .filter((document) => !UNKNOWN.includes(/^kind: (.*)$/m.exec(document)?.[1] ?? ''))
    .join('---\n');

beforeAll(installAllDefinitions, 180_000);
afterAll(() => kubectl.remove());

describe('the API server takes what the docs show, with strict validation', () => {
  it.each(manifests.map((fence) => [placeOf(fence), fence] as const))('%s', async (_, { code }) => {
    await haveNamespaces(parseAllDocuments(code).map((document) => document.toJS() as KubeObject));
    await kubectl.takesStrictly(knownDocuments(code));
  });

  it('has something to take', () => expect(manifests.length).toBeGreaterThan(0));
});
