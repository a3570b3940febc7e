export { NodeCluster } from './node/node-cluster';
