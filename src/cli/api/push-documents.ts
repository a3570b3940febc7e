import { graphql } from './graphql';

/* Of how stacks hear of pushes. */

const HOOK = 'path forks paths createdAt secretCreatedAt';

export const PUSH_HOOK = graphql(`
  query($id: ID!) {
    stack(id: $id) {
      id name repository branch projectRoot
      pushHook { ${HOOK} deliveries(first: 20) { id receivedAt host event run message } }
    }
  }
`);
export const CREATE_PUSH_HOOK = graphql(`
  mutation($stack: ID!, $forks: Boolean, $paths: [String!]) {
    hook: stackPushHookCreate(stack: $stack, forks: $forks, paths: $paths) { ${HOOK} secret }
  }
`);
export const UPDATE_PUSH_HOOK = graphql(`
  mutation($stack: ID!, $forks: Boolean, $paths: [String!]) {
    hook: stackPushHookUpdate(stack: $stack, forks: $forks, paths: $paths) { ${HOOK} }
  }
`);
export const ROTATE_PUSH_HOOK = graphql(`
  mutation($stack: ID!) { hook: stackPushHookRotate(stack: $stack) { ${HOOK} secret } }
`);
export const DELETE_PUSH_HOOK = graphql('mutation($stack: ID!) { hook: stackPushHookDelete(stack: $stack) { path } }');
