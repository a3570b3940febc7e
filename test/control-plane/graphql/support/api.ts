import { graphql, type ExecutionResult } from 'graphql';
import { KeyFiles } from '../../../../src/control-plane/key-files';
import type { ApiKeys } from '../../../../src/control-plane/identity/api-keys';
import type { Caller } from '../../../../src/control-plane/identity/rights';
import { Refusals } from '../../../../src/control-plane/audit/refusals';
import { AnswerBudget } from '../../../../src/control-plane/graphql/answer-limits';
import type { RequestContext } from '../../../../src/control-plane/graphql/builder';
import { Lookups } from '../../../../src/control-plane/graphql/lookups';
import { schema } from '../../../../src/control-plane/graphql/schema';
import { openApiKeys } from '../../support/api-keys';
import type { TestQueue } from '../../support/queue';

const ADMIN: Caller = { id: 'admin', name: 'admin', role: 'admin', kind: 'API key' };

export type Json = Record<string, unknown>;

/** The API over a queue, as somebody who is logged in sees it; no network. */
export class TestApi {
  private readonly apiKeys: ApiKeys;

  constructor(
    private readonly queue: TestQueue,
    private readonly user: Caller = ADMIN,
  ) {
    const keys = KeyFiles.inDataFolder(queue.folder);
    this.apiKeys = openApiKeys(keys, { store: queue.context.store });
  }

  answer(source: string, variables: Json = {}): Promise<ExecutionResult> {
    const { apiKeys } = this;
    const { admin } = this.queue;
    const contextValue: RequestContext & { budget: AnswerBudget } = {
      admin,
      apiKeys,
      user: this.user,
      origin: { address: '', client: '' },
      refusals: new Refusals(this.queue.context),
      logIn: (_, prove) => prove(),
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
