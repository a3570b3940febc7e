import { guarded } from './access';
import { limitAnswers } from './answer-limits';
import { builder } from './builder';
import './users';
import './keys';
import './runs';
import './new-runs';
import './plan-changes';
import './search-runs';
import './worker-pools';
import './spaces';
import './modules';
import './stacks';
import './stack-dependencies';
import './states';
import './statistics';
import './webhooks';

export const schema = guarded(limitAnswers(builder.toSchema()));
