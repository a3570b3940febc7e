/** A policy cannot be asked. The message is a sentence for people. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}
