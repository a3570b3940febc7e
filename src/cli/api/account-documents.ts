import { graphql } from './graphql';

/* What the command line asks of log-ins, API keys, webhooks, VCS agent pools and the audit trail. */

export const LOG_IN = graphql(
  'mutation($id: ID!, $secret: String!) { apiKeyUser(id: $id, secret: $secret) { jwt validUntil } }',
);

export const VIEWER = graphql('{ viewer { id name role } }');

const KEY_FIELDS = 'id name role type createdAt lastUsedAt oidc { issuer clientId subjectExpression jwks jwksUrl ca }';

export const API_KEYS = graphql(`{ apiKeys { ${KEY_FIELDS} } }`);
export const CREATE_API_KEY = graphql(`
  mutation($input: ApiKeyInput!) { key: apiKeyCreate(input: $input) { ${KEY_FIELDS} secret } }`);
export const UPDATE_API_KEY = graphql(`
  mutation($id: ID!, $input: ApiKeyInput!) { key: apiKeyUpdate(id: $id, input: $input) { ${KEY_FIELDS} } }`);
export const DELETE_API_KEY = graphql('mutation($id: ID!) { apiKeyDelete(id: $id) { id } }');

const WEBHOOK_FIELDS =
  'id name endpoint enabled space { id } labels runStates stacks retryOnFailure failures pausedUntil createdAt';
const DELIVERY_FIELDS = 'id run state attempts createdAt attemptedAt statusCode error durationMs nextAttemptAt';

export const WEBHOOKS = graphql(`{ webhooks: namedWebhooksIntegrations { ${WEBHOOK_FIELDS} } }`);
export const CREATE_WEBHOOK = graphql(`
  mutation($input: NamedWebhooksIntegrationInput!) {
    webhook: namedWebhooksIntegrationCreate(input: $input) { ${WEBHOOK_FIELDS} }
  }`);
export const UPDATE_WEBHOOK = graphql(`
  mutation($id: ID!, $input: NamedWebhooksIntegrationInput!) {
    webhook: namedWebhooksIntegrationUpdate(id: $id, input: $input) { ${WEBHOOK_FIELDS} }
  }`);
export const DELETE_WEBHOOK = graphql('mutation($id: ID!) { namedWebhooksIntegrationDelete(id: $id) { id } }');
export const TEST_WEBHOOK = graphql(`
  mutation($id: ID!) { delivery: namedWebhooksIntegrationTest(id: $id) { ${DELIVERY_FIELDS} } }`);
export const REDELIVER = graphql(`
  mutation($id: ID!) { delivery: webhookDeliveryRedeliver(id: $id) { ${DELIVERY_FIELDS} } }`);
export const WEBHOOK_DELIVERIES = graphql(`
  query($id: ID!) { webhook: namedWebhooksIntegration(id: $id) { deliveries { ${DELIVERY_FIELDS} } } }`);

const VCS_AGENT_POOL_FIELDS =
  'id name description createdAt updatedAt stacks { id name } agents { id name version address streams connectedAt lastSeenAt }';

export const VCS_AGENT_POOLS = graphql(`{ vcsAgentPools { ${VCS_AGENT_POOL_FIELDS} } }`);
export const CREATE_VCS_AGENT_POOL = graphql(`
  mutation($name: String!, $description: String) {
    pool: vcsAgentPoolCreate(name: $name, description: $description) { ${VCS_AGENT_POOL_FIELDS} config }
  }`);
export const UPDATE_VCS_AGENT_POOL = graphql(`
  mutation($id: ID!, $name: String!, $description: String) {
    pool: vcsAgentPoolUpdate(id: $id, name: $name, description: $description) { ${VCS_AGENT_POOL_FIELDS} }
  }`);
export const DELETE_VCS_AGENT_POOL = graphql('mutation($id: ID!) { vcsAgentPoolDelete(id: $id) { id } }');

const RESOURCE = 'resourceId resourceType name';
export const AUDIT_TRAIL = graphql(`
  query($input: SearchInput!) {
    searchAuditTrailEntries(input: $input) {
      edges { node {
        id createdAt action eventType code message count remoteIP client actor { id kind username role }
        affectedResource { ${RESOURCE} } relatedResource { ${RESOURCE} } changes { field from to }
      } }
      pageInfo { endCursor hasNextPage }
    }
  }
`);
