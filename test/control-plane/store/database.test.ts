import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Database } from '../../../src/control-plane/store/database';
import { removeFolder, temporaryFolder } from '../../support/folder';

describe('the database', () => {
  let folder: string;
  let path: string;
  let db: Database;

  beforeEach(() => {
    folder = temporaryFolder();
    path = join(folder, 'test.db');
    db = new Database(path);
    db.run('CREATE TABLE t (n INTEGER) STRICT');
  });

  afterEach(() => {
    db.close();
    removeFolder(folder);
  });

  const count = () => db.all('SELECT n FROM t').length;

  test('commits are made durable with fsync', () => {
    expect(db.get('PRAGMA synchronous')).toMatchObject({ synchronous: 2 });
    expect(db.get('PRAGMA journal_mode')).toMatchObject({ journal_mode: 'wal' });
  });

  test('a transaction that throws leaves nothing, and tells nobody', () => {
    const told: string[] = [];
    const fail = () =>
      db.transaction(() => {
        db.run('INSERT INTO t VALUES (1)');
        db.onCommit(() => told.push('no'));
        throw new Error('stop');
      });
    expect(fail).toThrow('stop');
    expect(count()).toBe(0);
    db.transaction(() => db.onCommit(() => told.push('yes')));
    expect(told).toEqual(['yes']);
  });

  test('one inside another belongs to the outer one', () => {
    const fail = () =>
      db.transaction(() => {
        db.transaction(() => db.run('INSERT INTO t VALUES (1)'));
        throw new Error('stop');
      });
    expect(fail).toThrow('stop');
    expect(count()).toBe(0);
  });

  test('a file of a newer version is refused with a way out', () => {
    db.run('PRAGMA user_version = 99');
    expect(() => new Database(path)).toThrow(/written by a newer version \(schema 99, .*start that version/);
  });
});
