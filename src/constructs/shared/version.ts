/** The package's version, which is also the default tag of its images; a test holds it equal to package.json. */
export const VERSION = '0.1.0';
