/** The public entry: constructs, and the API's types and names. */
export * as api from './api';
export * from './constructs';
