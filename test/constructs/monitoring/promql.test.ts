import { describe, expect, it } from '@jest/globals';
import { faults } from './promql';

describe('the reader of queries', () => {
  it.each([
    ['max(spacelift_scrape_duration_seconds)', []],
    ['sum by (le) (rate(spacelift_workerpool_controller_run_startup_duration_seconds_bucket[5m]))', []],
    ['absent(spacelift_workerpool_controller_worker_creation_errors_total)', []],
    ['sum(leader_election_master_status{name="a"}) == 0', []],
    ['sum by (name) (leader_election_master_status and on (instance) spacelift_build_info)', []],
    ['sum(leader_election_master_status and on (instance) spacelift_build)', ['spacelift_build does not exist']],
    ['leader_election_slave_status', ['leader_election_slave_status does not exist']],
    ['sum by (name', ['is no PromQL from "" on']],
    ['max(spacelift_build_info))', ['is no PromQL from ")" on']],
    ['grow(spacelift_build_info[5m])', ['is no PromQL from "(spacelift_build_info[5m])" on']],
    ['vector(1)', ['asks for no metric']],
    ['spacelift_worker_pool_worker', ['spacelift_worker_pool_worker does not exist']],
    [
      'spacelift_workerpool_controller_run_startup_duration_seconds',
      ['spacelift_workerpool_controller_run_startup_duration_seconds does not exist'],
    ],
    ['spacelift_worker_pool_workers{pool_ulid=~"a"}', ['spacelift_worker_pool_workers has no label pool_ulid']],
    [
      'sum by (state, commit) (spacelift_build_info + (spacelift_scrape_duration_seconds))',
      [
        'spacelift_build_info has no label state',
        'spacelift_scrape_duration_seconds has no label state',
        'spacelift_scrape_duration_seconds has no label commit',
      ],
    ],
    ['sum(spacelift_build_info) by (state)', ['spacelift_build_info has no label state']],
    ['sum without (state) (spacelift_build_info)', []],
    ['spacelift_build_info * on (name) leader_election_master_status', ['spacelift_build_info has no label name']],
    ['rate(spacelift_worker_pool_workers[5m])', ['spacelift_worker_pool_workers is read as a counter']],
    [
      'spacelift_workerpool_controller_worker_creation_errors_total',
      ['spacelift_workerpool_controller_worker_creation_errors_total is read as a gauge'],
    ],
  ])('finds what is wrong with %s', (query, wrong) => {
    expect(faults(query)).toEqual(wrong);
  });
});
