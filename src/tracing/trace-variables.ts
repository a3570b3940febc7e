import { readFileSync } from 'node:fs';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type BatchSpanProcessorOptions,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import { TraceVariableError } from './spans';

type Variables = NodeJS.ProcessEnv;

const SAMPLERS: Readonly<Record<string, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
};

/** As OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG say. @throws TraceVariableError for what is none */
export function samplerOf(variables: Variables): Sampler {
  const name = variables.OTEL_TRACES_SAMPLER || 'parentbased_always_on';
  const make = Object.hasOwn(SAMPLERS, name) ? SAMPLERS[name] : undefined;
  if (!make) {
    const known = Object.keys(SAMPLERS).join(', ');
    throw new TraceVariableError(`OTEL_TRACES_SAMPLER: it must be one of ${known}, not ${JSON.stringify(name)}`);
  }
  const ratio = Number(variables.OTEL_TRACES_SAMPLER_ARG || 1);
  if (!(ratio >= 0 && ratio <= 1)) {
    throw new TraceVariableError('OTEL_TRACES_SAMPLER_ARG: it must be a number from 0 to 1');
  }
  return make(ratio);
}

const BATCH = {
  OTEL_BSP_SCHEDULE_DELAY: 'scheduledDelayMillis',
  OTEL_BSP_EXPORT_TIMEOUT: 'exportTimeoutMillis',
  OTEL_BSP_MAX_QUEUE_SIZE: 'maxQueueSize',
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: 'maxExportBatchSize',
} as const;

/** As the variables OTEL_BSP_* say. @throws TraceVariableError for what is no number */
export function batchOf(variables: Variables): Omit<BatchSpanProcessorOptions, 'exporter'> {
  const given = Object.entries(BATCH).filter(([name]) => variables[name]);
  return Object.fromEntries(
    given.map(([name, option]) => {
      const value = Number(variables[name]);
      if (!Number.isInteger(value) || value < 1) {
        throw new TraceVariableError(`${name}: it must be a whole number from 1 up`);
      }
      return [option, value];
    }),
  );
}

const TLS = { CERTIFICATE: 'ca', CLIENT_CERTIFICATE: 'cert', CLIENT_KEY: 'key' } as const;

/** What the variables OTEL_EXPORTER_OTLP_* name of TLS. @throws TraceVariableError for what cannot be read */
export function tlsOf(variables: Variables): { readonly ca?: string; readonly cert?: string; readonly key?: string } {
  const named = Object.entries(TLS).flatMap(([name, option]) => {
    const variable = [`OTEL_EXPORTER_OTLP_TRACES_${name}`, `OTEL_EXPORTER_OTLP_${name}`].find((one) => variables[one]);
    return variable === undefined ? [] : [[option, contentOf(variable, variables[variable]!)]];
  });
  return Object.fromEntries(named) as ReturnType<typeof tlsOf>;
}

function contentOf(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new TraceVariableError(`${variable}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
