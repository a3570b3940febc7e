import { describe, expect, test } from '@jest/globals';
import { processNamespaceProblems, separateUser } from '../../../src/api/worker-pool/process-namespace';
import { SHARED_PROCESSES } from '../../support/process-namespace';

describe('processes that can be seen, with', () => {
  test.each(SHARED_PROCESSES)('%s', (_what, pod, sentence) => {
    expect(processNamespaceProblems({ ...pod, shareProcessNamespace: true })).toEqual(sentence ? [sentence] : []);
    expect(processNamespaceProblems(pod)).toEqual([]);
  });

  test.each([
    ['the default user', {}, 1984],
    ['a user of the Pod', { securityContext: { runAsUser: 0 } }, 1984],
    ['the user that would be the relay’s', { workerContainer: { securityContext: { runAsUser: 1984 } } }, 1983],
  ])('leave the relay a user that is not the worker’s: %s', (_what, pod, user) => {
    expect(separateUser(pod)).toBe(user);
  });
});
