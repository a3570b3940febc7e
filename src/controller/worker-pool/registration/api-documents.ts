/**
 * What the controller asks a control plane for, in the names of Spacelift's public API. Nothing else may stand here, save
 * what is asked for only where the schema has it.
 */
const SETTINGS = '$name: String!, $description: String, $labels: [String!], $space: ID, $drift: Int';
const GIVEN = 'name: $name, description: $description, labels: $labels, space: $space, driftDetectionRunLimit: $drift';

const MARK_TYPE = { managedBy: 'String', managedByK8sController: 'Boolean' } as const;

type Mark = keyof typeof MARK_TYPE;

export const DOCUMENT = {
  logIn: 'mutation($id: ID!, $secret: String!) { apiKeyUser(id: $id, secret: $secret) { jwt validUntil } }',
  schema: '{ __schema { mutationType { fields { name args { name } } } } }',
  pools: '{ workerPools { id name } }',
  pool: (further: readonly string[] = []): string =>
    `query($id: ID!) { workerPool(id: $id) { ${[
      'id name description labels space driftDetectionRunLimit managedByK8sController',
      ...further,
    ].join(' ')} } }`,
  create: (mark?: Mark): string => {
    const variable = mark ? `, $mark: ${MARK_TYPE[mark]}` : '';
    const argument = mark ? `, ${mark}: $mark` : '';
    return `mutation($csr: String!, ${SETTINGS}${variable}) { workerPoolCreate(certificateSigningRequest: $csr, ${GIVEN}${argument}) { id config } }`;
  },
  update: `mutation($id: ID!, ${SETTINGS}) { workerPoolUpdate(id: $id, ${GIVEN}) { id } }`,
  reset:
    'mutation($id: ID!, $csr: String!) { workerPoolReset(id: $id, certificateSigningRequest: $csr) { id config } }',
  delete: 'mutation($id: ID!) { workerPoolDelete(id: $id) { id } }',
} as const;
