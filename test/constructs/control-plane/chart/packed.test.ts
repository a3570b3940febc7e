/** The chart as its users get it: one file. */
import { describe } from '@jest/globals';
import { describePacked } from '../../../charting/support/packed';
import { generatedControlPlane } from './support';

const chart = generatedControlPlane();

describe('the packed chart', () => {
  describePacked(chart, 'charts/control-plane', ['values.schema.json', 'templates/NOTES.txt']);
});
