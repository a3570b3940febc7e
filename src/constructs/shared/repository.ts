/** Where the project lives; a test holds it equal to package.json. */
export const REPOSITORY = 'https://github.com/cdk8s-worker-pools/cdk8s-worker-pools';

/** The address of a page of the repository, for what is read elsewhere. */
export const pageOf = (path: string): string => `${REPOSITORY}/blob/main/${path}`;

/** What each Chart.yaml says about where the chart comes from. */
export const CHART_ORIGIN = {
  home: REPOSITORY,
  icon: `${REPOSITORY}/raw/main/docs/images/icon.svg`,
  sources: [REPOSITORY],
  maintainers: [{ name: 'The authors of cdk8s-worker-pools', url: REPOSITORY }],
};
