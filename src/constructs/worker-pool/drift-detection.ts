import type { DriftDetectionRunLimits } from '../../api';
import { invalidArgument, isWholeNumber, wholeNumber } from '../shared/checks';

/**
 * How much drift detection a pool does that registers itself.
 *
 * Not yet carried out by the bundled controller: auto-registration, to which this field belongs.
 */
export class DriftDetection {
  /** The pool takes no drift-detection runs at all. */
  public static disabled(): DriftDetection {
    return new DriftDetection({ disabled: true });
  }

  /**
   * The pool takes so many drift-detection runs at the same time.
   *
   * @param maxRuns a whole number from 0 up; 0 leaves them waiting
   * @throws where it is not such a number
   */
  public static limitedTo(maxRuns: number): DriftDetection {
    if (!isWholeNumber(maxRuns, 0))
      throw invalidArgument('DriftDetection.limitedTo', 'maxRuns', maxRuns, wholeNumber(0));
    return new DriftDetection({ maxRuns });
  }

  /** @internal */
  public readonly _limits: DriftDetectionRunLimits;

  private constructor(limits: DriftDetectionRunLimits) {
    this._limits = limits;
  }
}
