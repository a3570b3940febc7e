export { buildImages, publishImage, type ImageSpec } from './build';
