import { flag, group } from '../../../charting/values';

export const releaseTestValues = group('What `helm test` runs.', {
  enabled: flag(
    true,
    "Whether to make the test: a Pod of the controller's image that asks the API server whether the CRDs are there, the controller may do its work, and one of its replicas leads. It needs the image of this project; set it to false with Spacelift's own, which holds nothing but the controller.",
  ),
});
