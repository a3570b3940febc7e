import { collectDefaultMetrics, Registry } from 'prom-client';
import { CONTROL_PLANE_METRICS as METRICS } from '../../api/control-plane-metrics';
import { instrument } from '../../metrics/instrument';
import type { BlobObserver } from '../blobs';
import type { BrokerObserver } from '../broker';
import type { QueueObserver } from '../queue/context';
import type { Moment } from '../queue/moments';
import type { DatabaseObserver } from '../store/database/observer';
import type { DeliveryObserver } from '../webhooks';
import { watchGauges, type Sources } from './gauges';
import type { BlobTraffic } from './measured-blobs';
import { NewAssignments } from './new-assignments';

const seconds = (milliseconds: number): number => Math.max(0, milliseconds) / 1000;

/** The control plane's own metrics. */
export class Metrics {
  readonly registry = new Registry();
  private readonly instruments = {
    assignment: instrument(this.registry, METRICS.assignment),
    assignmentView: instrument(this.registry, METRICS.assignmentView),
    triggerView: instrument(this.registry, METRICS.triggerView),
    podStart: instrument(this.registry, METRICS.podStart),
    firstLine: instrument(this.registry, METRICS.firstLine),
    runDuration: instrument(this.registry, METRICS.runDuration),
    retired: instrument(this.registry, METRICS.retired),
    httpRequests: instrument(this.registry, METRICS.httpRequests),
    logIns: instrument(this.registry, METRICS.logIns),
    pushes: instrument(this.registry, METRICS.pushes),
    mqttRequests: instrument(this.registry, METRICS.mqttRequests),
    brokerConnects: instrument(this.registry, METRICS.brokerConnects),
    brokerPublishes: instrument(this.registry, METRICS.brokerPublishes),
    webhookAttempts: instrument(this.registry, METRICS.webhookAttempts),
    webhookDuration: instrument(this.registry, METRICS.webhookDuration),
    transactions: instrument(this.registry, METRICS.transactions),
    transactionDuration: instrument(this.registry, METRICS.transactionDuration),
    commitDuration: instrument(this.registry, METRICS.commitDuration),
    transactionRetries: instrument(this.registry, METRICS.transactionRetries),
    listenReconnects: instrument(this.registry, METRICS.listenReconnects),
    blobBytes: instrument(this.registry, METRICS.blobBytes),
    blobUploads: instrument(this.registry, METRICS.blobUploads),
    blobsStored: instrument(this.registry, METRICS.blobsStored),
  };
  private readonly newAssignments: NewAssignments;

  constructor(private readonly now: () => number = Date.now) {
    collectDefaultMetrics({ register: this.registry });
    this.newAssignments = new NewAssignments(now());
  }

  readonly httpAnswered = (method: string, code: number): void =>
    this.instruments.httpRequests.inc({ method, code: String(code) });

  readonly logInEnded = (way: string, result: string): void => this.instruments.logIns.inc({ way, result });

  readonly pushHeard = (host: string, result: string): void => this.instruments.pushes.inc({ host, result });

  readonly mqttAnswered = (code: string): void => this.instruments.mqttRequests.inc({ code });

  readonly transactionEnded = (result: 'committed' | 'refused' | 'failed', milliseconds: number): void => {
    this.instruments.transactions.inc({ result });
    this.instruments.transactionDuration.observe(seconds(milliseconds));
  };

  readonly queue: QueueObserver = {
    happened: (moment) => this.observe(moment),
    viewsSent: (views) => {
      const now = this.now();
      for (const { assignedAt, attempt, runCreatedAt } of this.newAssignments.among(views)) {
        this.instruments.assignmentView.observe(seconds(now - assignedAt));
        if (attempt === 1) this.instruments.triggerView.observe(seconds(now - runCreatedAt));
      }
    },
    removed: (what, count) => this.instruments.retired.inc({ what }, count),
  };

  readonly webhooks: DeliveryObserver = {
    attempted: (result, milliseconds) => {
      this.instruments.webhookAttempts.inc({ result });
      this.instruments.webhookDuration.observe(seconds(milliseconds));
    },
  };

  readonly database: DatabaseObserver = {
    committed: (milliseconds) => this.instruments.commitDuration.observe(seconds(milliseconds)),
    retried: () => this.instruments.transactionRetries.inc(),
    listensAgain: () => this.instruments.listenReconnects.inc(),
  };

  readonly outsideBroker: BrokerObserver = {
    connects: (result) => this.instruments.brokerConnects.inc({ result }),
    publishes: (result) => this.instruments.brokerPublishes.inc({ result }),
    answered: this.mqttAnswered,
  };

  readonly blobs: BlobObserver & BlobTraffic = {
    removed: () => this.instruments.retired.inc({ what: 'blobs' }),
    found: (kind, bytes) => this.instruments.blobsStored.set({ kind }, bytes),
    uploads: (kind, change) => this.instruments.blobUploads.inc({ kind }, change),
    transferred: (kind, direction, bytes) => this.instruments.blobBytes.inc({ kind, direction }, bytes),
  };

  private observe(moment: Moment): void {
    const { assignment, podStart, firstLine, runDuration } = this.instruments;
    switch (moment.kind) {
      case 'assigned':
        return assignment.observe(seconds(moment.at - moment.waitedSince));
      case 'started':
        return podStart.observe(seconds(moment.at - moment.assignedAt));
      case 'first-line':
        return firstLine.observe(seconds(moment.at - moment.startedAt));
      case 'run-ended':
        return runDuration.observe({ type: moment.type, state: moment.state }, seconds(moment.at - moment.createdAt));
      case 'attempt-ended':
      case 'decided':
        return;
    }
  }

  /** Looks at each of these at every scrape. */
  watch(sources: Sources): void {
    watchGauges(this.registry, sources);
  }
}
