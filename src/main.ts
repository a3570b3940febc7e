/** The app of cdk8s.yaml: `npx cdk8s synth` writes its charts below synth/, one file each. Wiring only. */
import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { EXAMPLES } from '../examples/charts';
import { CustomResourceDefinitions, PrometheusExporter, WorkerPoolOperator } from './constructs';

const namespace = 'spacelift-worker-controller-system';
const app = new App();

const crds = new Chart(app, 'crds');
new CustomResourceDefinitions(crds, 'crds');

const operator = new Chart(app, 'operator', { namespace });
new WorkerPoolOperator(operator, 'operator', { installCrds: false });
operator.addDependency(crds);

const exporter = new Chart(app, 'exporter', { namespace });
new PrometheusExporter(exporter, 'exporter', {
  apiEndpoint: 'https://example.app.spacelift.io',
  apiKeyId: 'EXAMPLE',
  apiKeySecret: Secret.fromSecretName(exporter, 'api-key', 'spacelift-promex'),
});

for (const [name, Example] of Object.entries(EXAMPLES)) {
  new Example(app, `example-${name}`).addDependency(crds);
}

app.synth();
