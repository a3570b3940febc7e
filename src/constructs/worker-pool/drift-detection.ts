import type { DriftDetectionRunLimits } from '../../api';

/** How much drift detection a pool does that registers itself. */
export class DriftDetection {
  /** The pool takes no drift-detection runs at all. */
  public static disabled(): DriftDetection {
    return new DriftDetection({ disabled: true });
  }

  /**
   * The pool takes so many drift-detection runs at the same time.
   *
   * @param maxRuns a whole number from 0 up; 0 leaves them waiting
   */
  public static limitedTo(maxRuns: number): DriftDetection {
    return new DriftDetection({ maxRuns });
  }

  /** @internal */
  public readonly _limits: DriftDetectionRunLimits;

  private constructor(limits: DriftDetectionRunLimits) {
    this._limits = limits;
  }
}
