import * as cdk8s from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import * as workerPools from 'cdk8s-worker-pools';
import * as constructs from 'constructs';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';
import { placeOf, type Fence } from './fences';

/** What a snippet may import: what its reader has installed. */
const MODULES: Readonly<Record<string, unknown>> = {
  cdk8s,
  'cdk8s-plus-28': kplus,
  'cdk8s-worker-pools': workerPools,
  constructs,
};

/** A snippet with what it continues. */
export interface Program {
  readonly fence: Fence;
  readonly code: string;
}

export function programsOf(fences: readonly Fence[]): Program[] {
  const programs: Program[] = [];
  for (const fence of fences.filter(({ language }) => language === 'ts')) {
    const before = fence.flags.has('continues') ? programs.at(-1) : undefined;
    programs.push({ fence, code: before?.fence.file === fence.file ? `${before.code}\n${fence.code}` : fence.code });
  }
  return programs;
}

/** What the compiler says of all of them, each line beginning with the snippet's place. */
export function typeErrors(programs: readonly Program[]): string[] {
  const sources = new Map(programs.map((program) => [resolve(`snippets/${fileName(program)}`), program]));
  const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, '.');
  const host = ts.createCompilerHost(options);
  const disk = { ...host };
  host.fileExists = (path) => sources.has(path) || disk.fileExists(path);
  host.readFile = (path) => sources.get(path)?.code ?? disk.readFile(path);
  host.getSourceFile = (path, version, ...rest) => {
    const code = sources.get(path)?.code;
    if (code === undefined) return disk.getSourceFile(path, version, ...rest);
    return ts.createSourceFile(path, code, version, true);
  };
  // A reader's snippet may leave a name unused.
  const settings = {
    ...options,
    noUnusedLocals: false,
    noUnusedParameters: false,
    moduleDetection: ts.ModuleDetectionKind.Force,
  };
  const program = ts.createProgram([...sources.keys()], settings, host);
  return [...sources].flatMap(([path, { fence }]) => {
    const file = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return found.map(({ messageText }) => `${placeOf(fence)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
  });
}

/** Runs a snippet; gives the objects that it synthesized. */
export function run({ code, fence }: Program): unknown[] {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 };
  const { outputText } = ts.transpileModule(code, { compilerOptions });
  const folder = mkdtempSync(join(tmpdir(), 'worker-pools-snippet-'));
  const outdir = process.env.CDK8S_OUTDIR;
  process.env.CDK8S_OUTDIR = folder;
  const required = (name: string): unknown => {
    if (name in MODULES) return MODULES[name];
    throw new Error(`${placeOf(fence)} imports ${name}, which a reader does not have`);
  };
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- running the snippet is the test
    const snippet = new Function('require', 'exports', outputText) as (require: unknown, exports: object) => void;
    snippet(required, {});
    const files = readdirSync(folder).sort();
    const documents = files.flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')));
    return documents.map((document) => document.toJS() as unknown);
  } finally {
    if (outdir === undefined) delete process.env.CDK8S_OUTDIR;
    else process.env.CDK8S_OUTDIR = outdir;
    rmSync(folder, { recursive: true, force: true });
  }
}

const fileName = ({ fence }: Program): string => `${fence.file.replaceAll(/[^\w]/g, '-')}-${fence.line}.ts`;
