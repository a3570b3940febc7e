import { graphql, type ExecutionResult } from 'graphql';
import { KeyFiles } from '../../../../src/control-plane/key-files';
import { ApiKeys } from '../../../../src/control-plane/identity/api-keys';
import { AnswerBudget } from '../../../../src/control-plane/graphql/answer-limits';
import { Lookups } from '../../../../src/control-plane/graphql/lookups';
import { schema } from '../../../../src/control-plane/graphql/schema';
import type { TestQueue } from '../../support/queue';

export type Json = Record<string, unknown>;

/** The API over a queue, as somebody who is logged in sees it; no network. */
export class TestApi {
  private readonly apiKeys: ApiKeys;

  constructor(private readonly queue: TestQueue) {
    const keys = KeyFiles.inDataFolder(queue.folder);
    this.apiKeys = ApiKeys.open(keys, undefined, () => 'https://control-plane.example', Date.now);
  }

  answer(source: string, variables: Json = {}): Promise<ExecutionResult> {
    const { apiKeys } = this;
    const { admin } = this.queue;
    const logIn = <T>(prove: () => Promise<T>) => prove();
    const contextValue = {
      admin,
      apiKeys,
      user: 'admin',
      logIn,
      lookups: new Lookups(admin),
      budget: new AnswerBudget(),
    };
    return graphql({ schema, source, variableValues: variables, contextValue });
  }

  /** The data. @throws with the sentences of what was refused */
  async ask(source: string, variables: Json = {}): Promise<Json> {
    const { data, errors } = await this.answer(source, variables);
    if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
    return JSON.parse(JSON.stringify(data)) as Json;
  }
}
