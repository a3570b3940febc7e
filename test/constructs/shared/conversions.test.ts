import { expect, it } from '@jest/globals';
import { imageParts } from '../../../src/constructs/shared/conversions';

it.each<[string, ReturnType<typeof imageParts>]>([
  ['promex:v1', { repository: 'promex', tag: 'v1' }],
  ['localhost:5000/team/promex:v1', { repository: 'localhost:5000/team/promex', tag: 'v1' }],
  ['localhost:5000/team/promex', { repository: 'localhost:5000/team/promex', tag: 'latest' }],
  ['promex@sha256:abc', { repository: 'promex', digest: 'sha256:abc' }],
  ['localhost:5000/promex:v1@sha256:abc', { repository: 'localhost:5000/promex:v1', digest: 'sha256:abc' }],
])('the image %s has the parts %j', (image, parts) => {
  expect(imageParts(image)).toEqual(parts);
});
