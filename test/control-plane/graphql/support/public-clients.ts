import type { Role } from '../../../../src/control-plane/identity/rights';

interface PublicClient {
  /** How it is told of an authority of our own. */
  readonly trust: string;
  readonly logIn: string;
  /** Beside those that every HTTP client sends, once it has logged in. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether its bodies end with a line feed. */
  readonly endsLine: boolean;
}

const GO = { trust: '`SSL_CERT_FILE`', endsLine: false };

export const PUBLIC_CLIENTS = {
  'spacelift-promex': {
    trust: '`SSL_CERT_FILE`, or its flag `--ca-cert-path`',
    logIn: 'mutation ($id:ID!$secret:String!){apiKeyUser(id: $id, secret: $secret){jwt,validUntil}}',
    headers: { 'Spacelift-Client-Type': 'prometheus-exporter' },
    endsLine: true,
  },
  spacectl: {
    ...GO,
    logIn: 'mutation($id:ID!$secret:String!){apiKeyUser(id: $id, secret: $secret){jwt,validUntil}}',
    headers: { 'Spacelift-Client-Os': 'linux', 'Spacelift-Client-Type': 'spacectl' },
    endsLine: true,
  },
  'Terraform provider': {
    ...GO,
    logIn: 'mutation($id:ID!$secret:String!){apiKeyUser(id: $id, secret: $secret){jwt}}',
    headers: { 'Spacelift-Client-Type': 'provider', 'Spacelift-Provider-Version': 'dev' },
  },
  'EC2 autoscaler': {
    trust: '`SPACELIFT_CA_BUNDLE`: base64 of the PEM',
    logIn: 'mutation($id:ID!$secret:String!){apiKeyUser(id: $id, secret: $secret){jwt,validUntil}}',
    headers: { 'Spacelift-Client-Os': 'linux', 'Spacelift-Client-Type': 'spacectl' },
    endsLine: false,
  },
  'spacelift of PyPI': {
    trust: '`REQUESTS_CA_BUNDLE`',
    logIn:
      'mutation GetSpaceliftToken($keyId: ID!, $keySecret: String!) {\n  apiKeyUser(id: $keyId, secret: $keySecret) {\n    id\n    jwt\n  }\n}',
    headers: {},
    endsLine: false,
  },
  'spaceforge of PyPI': {
    trust: '`SSL_CERT_FILE`',
    logIn:
      'mutation requestApiKey($id: ID!, $secret: String!){\n  apiKeyUser(id: $id, secret: $secret){\n    jwt\n  }\n}',
    headers: {},
    endsLine: false,
  },
  "Backstage's plugin": {
    trust: '`NODE_EXTRA_CA_CERTS`',
    logIn:
      '\n      mutation GetSpaceliftToken($apiKey: ID!, $apiSecret: String!) {\n        apiKeyUser(id: $apiKey, secret: $apiSecret) {\n          id\n          jwt\n        }\n      }\n    ',
    headers: {},
    endsLine: false,
  },
} satisfies Record<string, PublicClient>;

/** What a public client of Spacelift sends, as it was seen on the wire, and what it needs back. */
export interface ClientDocument {
  readonly client: keyof typeof PUBLIC_CLIENTS;
  readonly command: string;
  readonly document: string;
  /** The least that may do it. @default 'reader' */
  readonly role?: Role;
  /** Made of what is there. */
  readonly variables?: (there: There) => object;
}

export interface There {
  readonly pool: string;
  readonly worker: string;
  readonly stack: string;
  readonly csr: string;
}

const POOL = 'id,config,name,description,labels,space,driftDetectionRunLimit';
const ROW =
  'id,name,description,createdAt,updatedAt,deleted,spaceDetails{id,name},labels,workersCount,busyWorkers,pendingRuns';
const PAGE_INFO = 'pageInfo{endCursor,hasNextPage,hasPreviousPage}';
const RUNS = `searchSchedulableRuns(input: $input){edges{node{stackId,run{id,createdAt,state,type,title},position}},${PAGE_INFO}}`;
const SETTINGS =
  'description: $description, labels: $labels, space: $space, driftDetectionRunLimit: $drift_detection_run_limit';
const noSearch = { after: null, fullTextSearch: null, predicates: null };
const MODULE =
  'id,administrative,apiHost,branch,description,canWrite,isDisabled,createdAt,labels,name,namespace,projectRoot,provider,repository,terraformProvider,localPreviewEnabled,current{id,number,state,yanked},spaceDetails{id,name,accessLevel},workerPool{id,name},starred';
const settings = { description: null, labels: null, space: null, drift_detection_run_limit: -1 };
const ofPool = (name: string) => (there: There) => ({ [name]: there.pool });

export const CLIENT_DOCUMENTS: readonly ClientDocument[] = [
  {
    client: 'spacelift-promex',
    command: 'a scrape',
    document:
      'query PrometheusExporter{publicWorkerPool{parallelism,busyWorkers,pendingRuns},workerPools{id,name,pendingRuns,busyWorkers,workers{id,drained}},usage{billingPeriodStart,billingPeriodEnd,usedPrivateMinutes,usedPublicMinutes,usedSeats},metrics{stacksCountByState{value,labels},resourcesCountByDrift{value,labels},avgStackSizeByResourceCount{value,labels},averageRunDuration{value,labels},medianRunDuration{value,labels}}}',
  },
  { client: 'spacectl', command: 'before each command', document: '{debugInfo{selfHostedVersion}}' },
  { client: 'spacectl', command: 'whoami', document: '{viewer{id,name}}' },
  {
    client: 'spacectl',
    command: 'workerpool list',
    document: '{workerPools{id,name,description,pendingRuns,busyWorkers,workers{id}}}',
  },
  {
    client: 'spacectl',
    command: 'workerpool worker list',
    document: 'query($workerPool:ID!){workerPool(id: $workerPool){workers{id,busy,drained,metadata}}}',
    variables: ofPool('workerPool'),
  },
  {
    client: 'spacectl',
    command: 'workerpool worker drain',
    role: 'operator',
    document:
      'mutation($drain:Boolean!$worker:ID!$workerPool:ID!){workerDrainSet(workerPool: $workerPool, id: $worker, drain: $drain){id}}',
    variables: ({ pool, worker }) => ({ drain: true, worker, workerPool: pool }),
  },
  {
    client: 'spacectl',
    command: 'workerpool worker undrain',
    role: 'operator',
    document:
      'mutation($drain:Boolean!$worker:ID!$workerPool:ID!){workerDrainSet(workerPool: $workerPool, id: $worker, drain: $drain){id}}',
    variables: ({ pool, worker }) => ({ drain: false, worker, workerPool: pool }),
  },
  {
    client: 'spacectl',
    command: 'workerpool worker drain --wait-until-drained',
    document: 'query($workerPool:ID!){workerPool(id: $workerPool){workers{id,drained,busy}}}',
    variables: ofPool('workerPool'),
  },
  {
    client: 'spacectl',
    command: 'workerpool worker cycle',
    role: 'operator',
    document: 'mutation($workerPoolId:ID!){workerPoolCycle(id: $workerPoolId)}',
    variables: ofPool('workerPoolId'),
  },
  {
    client: 'spacectl',
    command: 'workerpool watch',
    document: `query($id:ID!$input:SearchInput!){workerPool(id: $id){${RUNS}}}`,
    variables: ({ pool }) => ({
      id: pool,
      input: { ...noSearch, first: 100, orderBy: { field: 'position', direction: 'ASC' } },
    }),
  },
  {
    client: 'spacectl',
    command: 'workerpool watch, the public pool',
    document: `query($input:SearchInput!){publicWorkerPool{${RUNS}}}`,
    variables: () => ({ input: { ...noSearch, first: 100, orderBy: { field: 'position', direction: 'ASC' } } }),
  },
  {
    client: 'spacectl',
    command: 'mcp: list_worker_pools',
    document: `query($input:SearchInput!){searchWorkerPools(input: $input){edges{node{${ROW}}},${PAGE_INFO}}}`,
    variables: () => ({ input: { ...noSearch, first: 50, orderBy: null } }),
  },
  {
    client: 'spacectl',
    command: 'mcp: get_worker_pool',
    document: `query($workerPoolId:ID!){workerPool(id: $workerPoolId){${ROW},managedByK8sController}}`,
    variables: ofPool('workerPoolId'),
  },
  {
    client: 'spacectl',
    command: 'module list',
    document: `query($input:SearchInput!){searchModules(input: $input){edges{node{${MODULE}}},${PAGE_INFO}}}`,
    variables: () => ({ input: { ...noSearch, first: 20, orderBy: null } }),
  },
  {
    client: 'Terraform provider',
    command: 'data spacelift_account',
    document: '{name,tier,spaceliftAwsAccountId}',
  },
  {
    client: 'Terraform provider',
    command: 'data spacelift_worker_pools',
    role: 'admin',
    document: `{workerPools(){${POOL}}}`,
  },
  {
    client: 'Terraform provider',
    command: 'spacelift_worker_pool: read',
    role: 'admin',
    document: `query($id:ID!){workerPool(id: $id){${POOL}}}`,
    variables: ofPool('id'),
  },
  {
    client: 'Terraform provider',
    command: 'spacelift_worker_pool: create',
    role: 'admin',
    document: `mutation($csr:String!$description:String$drift_detection_run_limit:Int!$labels:[String!]$name:String!$space:ID){workerPoolCreate(name: $name, certificateSigningRequest: $csr, ${SETTINGS}){${POOL}}}`,
    variables: ({ csr }) => ({ ...settings, name: 'made', csr: Buffer.from(csr).toString('base64') }),
  },
  {
    client: 'Terraform provider',
    command: 'spacelift_worker_pool: update',
    role: 'admin',
    document: `mutation($description:String$drift_detection_run_limit:Int!$id:ID!$labels:[String!]$name:String!$space:ID){workerPoolUpdate(id: $id, name: $name, ${SETTINGS}){${POOL}}}`,
    variables: ({ pool }) => ({ ...settings, name: 'renamed', id: pool }),
  },
  {
    client: 'Terraform provider',
    command: 'spacelift_worker_pool: another csr',
    role: 'admin',
    document: `mutation($csr:String!$id:ID!){workerPoolReset(id: $id, certificateSigningRequest: $csr){${POOL}}}`,
    variables: ({ pool, csr }) => ({ id: pool, csr: Buffer.from(csr).toString('base64') }),
  },
  {
    client: 'Terraform provider',
    command: 'spacelift_worker_pool_recycle',
    role: 'operator',
    document: 'mutation($workerPoolId:ID!){workerPoolCycle(id: $workerPoolId)}',
    variables: ofPool('workerPoolId'),
  },
  {
    client: 'Terraform provider',
    command: 'spacelift_worker_pool: delete',
    role: 'admin',
    document: `mutation($id:ID!){workerPoolDelete(id: $id){${POOL}}}`,
    variables: ofPool('id'),
  },
  {
    client: 'EC2 autoscaler',
    command: 'look at the pool by its age',
    document:
      'query($workerPool:ID!){workerPool(id: $workerPool){pendingRuns,workers{id,busy,createdAt,drained,metadata}}}',
    variables: ofPool('workerPool'),
  },
  {
    client: 'EC2 autoscaler',
    command: 'look at the pool by its idle time',
    document:
      'query($workerPool:ID!){workerPool(id: $workerPool){pendingRuns,workers{id,busy,createdAt,availableAt,drained,metadata}}}',
    variables: ofPool('workerPool'),
  },
  {
    client: 'EC2 autoscaler',
    command: 'drain a worker',
    role: 'operator',
    document:
      'mutation($drain:Boolean!$workerId:ID!$workerPoolId:ID!){workerDrainSet(workerPool: $workerPoolId, id: $workerId, drain: $drain){id,busy,createdAt,drained,metadata}}',
    variables: ({ pool, worker }) => ({ drain: true, workerId: worker, workerPoolId: pool }),
  },
  {
    client: 'EC2 autoscaler',
    command: 'undrain a busy worker',
    role: 'operator',
    document:
      'mutation($drain:Boolean!$workerId:ID!$workerPoolId:ID!){workerDrainSet(workerPool: $workerPoolId, id: $workerId, drain: $drain){id,busy,createdAt,drained,metadata}}',
    variables: ({ pool, worker }) => ({ drain: false, workerId: worker, workerPoolId: pool }),
  },
  {
    client: 'spacelift of PyPI',
    command: 'get_stacks',
    document: 'query Stacks {\n  stacks {\n    id\n    space\n  }\n}',
  },
  {
    client: 'spacelift of PyPI',
    command: 'get_stack_by_id',
    document: 'query Stack($id: ID!) {\n  stack(id: $id) {\n    id\n    space\n  }\n}',
    variables: ({ stack }) => ({ id: stack }),
  },
  {
    client: 'spacelift of PyPI',
    command: 'get_spaces',
    document: 'query Spaces {\n  spaces {\n    id\n    name\n  }\n}',
  },
  {
    client: 'spacelift of PyPI',
    command: 'get_space_by_id',
    document: 'query Space($id: ID!) {\n  space(id: $id) {\n    id\n    name\n  }\n}',
    variables: () => ({ id: 'legacy' }),
  },
  {
    client: 'spaceforge of PyPI',
    command: 'query_api',
    document: 'query ($stackId: ID!) { stack(id: $stackId) { name } }',
    variables: ({ stack }) => ({ stackId: stack }),
  },
  {
    client: "Backstage's plugin",
    command: 'its list of stacks',
    // Like the provider it writes an empty list in brackets, here where variables would be.
    document: 'query GetStacks () { stacks { id name, description, labels, state, branch, spaceDetails { id name } } }',
  },
  {
    client: "Backstage's plugin",
    command: 'its button for a run',
    role: 'operator',
    document: 'mutation TriggerRun($stackId: ID!) { runTrigger(stack: $stackId) { id state } }',
    variables: ({ stack }) => ({ stackId: stack }),
  },
];
