export { buildImages, type ImageSpec } from './build';
