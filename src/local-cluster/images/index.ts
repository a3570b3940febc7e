export { buildImages, type ImageSpec } from './build';
export { pushImages } from './push';
