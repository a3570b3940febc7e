/** What a public client of Spacelift sends, as it was seen on the wire, and what it needs back. */
export interface ClientDocument {
  readonly client: 'spacelift-promex' | 'spacectl' | 'Terraform provider' | 'EC2 autoscaler';
  readonly command: string;
  readonly document: string;
  /** Made of the pool and the worker that are there. */
  readonly variables?: (there: { readonly pool: string; readonly worker: string; readonly csr: string }) => object;
}

const POOL = 'id,config,name,description,labels,space,driftDetectionRunLimit';
const ROW =
  'id,name,description,createdAt,updatedAt,deleted,spaceDetails{id,name},labels,workersCount,busyWorkers,pendingRuns';
const PAGE_INFO = 'pageInfo{endCursor,hasNextPage,hasPreviousPage}';
const RUNS = `searchSchedulableRuns(input: $input){edges{node{stackId,run{id,createdAt,state,type,title},position}},${PAGE_INFO}}`;
const SETTINGS =
  'description: $description, labels: $labels, space: $space, driftDetectionRunLimit: $drift_detection_run_limit';
const noSearch = { after: null, fullTextSearch: null, predicates: null };
const settings = { description: null, labels: null, space: null, drift_detection_run_limit: -1 };
const ofPool = (name: string) => (there: { readonly pool: string }) => ({ [name]: there.pool });

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
    document:
      'mutation($drain:Boolean!$worker:ID!$workerPool:ID!){workerDrainSet(workerPool: $workerPool, id: $worker, drain: $drain){id}}',
    variables: ({ pool, worker }) => ({ drain: true, worker, workerPool: pool }),
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
    client: 'Terraform provider',
    command: 'data spacelift_account',
    document: '{name,tier,spaceliftAwsAccountId}',
  },
  { client: 'Terraform provider', command: 'data spacelift_worker_pools', document: `{workerPools(){${POOL}}}` },
  {
    client: 'Terraform provider',
    command: 'spacelift_worker_pool: read',
    document: `query($id:ID!){workerPool(id: $id){${POOL}}}`,
    variables: ofPool('id'),
  },
  {
    client: 'Terraform provider',
    command: 'spacelift_worker_pool: create',
    document: `mutation($csr:String!$description:String$drift_detection_run_limit:Int!$labels:[String!]$name:String!$space:ID){workerPoolCreate(name: $name, certificateSigningRequest: $csr, ${SETTINGS}){${POOL}}}`,
    variables: ({ csr }) => ({ ...settings, name: 'made', csr: Buffer.from(csr).toString('base64') }),
  },
  {
    client: 'Terraform provider',
    command: 'spacelift_worker_pool: update',
    document: `mutation($description:String$drift_detection_run_limit:Int!$id:ID!$labels:[String!]$name:String!$space:ID){workerPoolUpdate(id: $id, name: $name, ${SETTINGS}){${POOL}}}`,
    variables: ({ pool }) => ({ ...settings, name: 'renamed', id: pool }),
  },
  {
    client: 'Terraform provider',
    command: 'spacelift_worker_pool: another csr',
    document: `mutation($csr:String!$id:ID!){workerPoolReset(id: $id, certificateSigningRequest: $csr){${POOL}}}`,
    variables: ({ pool, csr }) => ({ id: pool, csr: Buffer.from(csr).toString('base64') }),
  },
  {
    client: 'Terraform provider',
    command: 'spacelift_worker_pool_recycle',
    document: 'mutation($id:ID!){workerPoolCycle(id: $id)}',
    variables: ofPool('id'),
  },
  {
    client: 'Terraform provider',
    command: 'spacelift_worker_pool: delete',
    document: `mutation($id:ID!){workerPoolDelete(id: $id){${POOL}}}`,
    variables: ofPool('id'),
  },
  {
    client: 'EC2 autoscaler',
    command: 'look at the pool',
    document:
      'query($workerPool:ID!){workerPool(id: $workerPool){pendingRuns,workers{id,busy,createdAt,availableAt,drained,metadata}}}',
    variables: ofPool('workerPool'),
  },
  {
    client: 'EC2 autoscaler',
    command: 'drain a worker',
    document:
      'mutation($drain:Boolean!$workerId:ID!$workerPoolId:ID!){workerDrainSet(workerPool: $workerPoolId, id: $workerId, drain: $drain){id,busy,createdAt,drained,metadata}}',
    variables: ({ pool, worker }) => ({ drain: true, workerId: worker, workerPoolId: pool }),
  },
];
