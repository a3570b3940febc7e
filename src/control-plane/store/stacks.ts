import type { Database, Row } from './database';
import type { RunRecord, StackRecord } from './records';

export class StackTable {
  constructor(private readonly db: Database) {}

  insert(stack: StackRecord): void {
    this.db.run(
      `INSERT INTO stacks (id, name, poolId, tool, projectRoot, runnerImage, autoDeploy, environment, source, createdAt)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      stack.id,
      stack.name,
      stack.poolId,
      stack.tool,
      stack.projectRoot,
      stack.runnerImage,
      stack.autoDeploy ? 1 : 0,
      JSON.stringify(stack.environment),
      stack.source,
      stack.createdAt,
    );
  }

  /** By name or ULID; undefined for one that never was or is deleted. */
  find(nameOrId: string): StackRecord | undefined {
    const sql = 'SELECT * FROM stacks WHERE (name = ? OR id = ?) AND deletedAt IS NULL';
    const row = this.db.get<Row>(sql, nameOrId, nameOrId);
    return row && toStack(row);
  }

  /** The stack of a run, deleted or not. */
  ofRun({ stackId }: Pick<RunRecord, 'stackId'>): StackRecord | undefined {
    const row = this.db.get<Row>('SELECT * FROM stacks WHERE id = ?', stackId);
    return row && toStack(row);
  }

  list(): StackRecord[] {
    return this.db.all<Row>('SELECT * FROM stacks WHERE deletedAt IS NULL ORDER BY name').map(toStack);
  }

  update(stack: StackRecord): void {
    this.db.run(
      'UPDATE stacks SET poolId = ?, tool = ?, projectRoot = ?, runnerImage = ?, autoDeploy = ?, environment = ? WHERE id = ?',
      stack.poolId,
      stack.tool,
      stack.projectRoot,
      stack.runnerImage,
      stack.autoDeploy ? 1 : 0,
      JSON.stringify(stack.environment),
      stack.id,
    );
  }

  /** Frees the name and forgets source and environment; the row stays for the history of its runs. */
  delete(id: string, now: number): void {
    this.db.run(
      `UPDATE stacks SET name = name || ' (deleted, ' || id || ')', environment = '{}', source = NULL, deletedAt = ? WHERE id = ?`,
      now,
      id,
    );
  }

  setSource(id: string, source: string): void {
    this.db.run('UPDATE stacks SET source = ? WHERE id = ?', source, id);
  }
}

function toStack(row: Row): StackRecord {
  return {
    ...row,
    autoDeploy: row.autoDeploy === 1,
    environment: JSON.parse(row.environment as string) as Record<string, string>,
  } as unknown as StackRecord;
}
