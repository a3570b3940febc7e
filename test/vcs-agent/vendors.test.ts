import { expect, test } from '@jest/globals';
import { allowing } from '../../src/vcs-agent';
import { exampleOf, projectOf, VENDOR_NAMES, type VendorName } from '../../src/vcs-agent/vendors';

test.each<[VendorName, string, string | undefined]>([
  ['git', 'app', 'app'],
  ['git', 'a/b/c.git', 'a/b/c'],
  ['gitlab', 'group/subgroup/app.git', 'group/subgroup/app'],
  ['gitlab', 'app.git', undefined],
  ['github_enterprise', 'owner/app', 'owner/app'],
  ['github_enterprise', 'a/b/c', undefined],
  ['bitbucket_datacenter', 'scm/PRJ/app.git', 'PRJ/app'],
  ['bitbucket_datacenter', 'PRJ/app.git', undefined],
  ['azure_devops', 'org/My%20Project/_git/app', 'org/My Project/app'],
  ['azure_devops', 'org/project/app', undefined],
])('%s: %s is project %s', (vendor, path, project) => {
  expect(projectOf(vendor, path)).toBe(project);
});

test.each(VENDOR_NAMES)('the example of %s is one', (vendor) => {
  expect(projectOf(vendor, exampleOf(vendor))).toMatch(/./);
});

test.each([
  ['.*', 'team/app', true],
  ['team/.*', 'team/app', true],
  ['team/.*', 'evil/team/app', false],
  ['team/app', 'team/app2', false],
  ['^(a|b)/.+$', 'b/c', true],
])('projects like %s: %s is allowed: %s', (expression, project, isAllowed) => {
  expect(allowing(expression)(project)).toBe(isAllowed);
});

test('what is no expression is refused in a sentence', () => {
  expect(() => allowing('(')).toThrow('SPACELIFT_VCS_AGENT_ALLOWED_PROJECTS is no regular expression');
});
