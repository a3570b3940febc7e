import { expect, test } from '@jest/globals';
import { classesOf, parametersOf, PLAIN, styled } from '../../../../src/control-plane/web/log/style';

const after = (...sequences: string[]): string =>
  classesOf(sequences.reduce((style, parameters) => styled(style, parameters), PLAIN)).join(' ');

test.each([
  ['a colour', ['31'], 'c1'],
  ['a bright colour', ['94'], 'c12'],
  ['a colour behind the text, which decides its colour, too', ['31;42'], 'b2'],
  ['attributes', ['1;3;4;9'], 'bold italic underline strike'],
  ['attributes that end', ['1;2;4', '22;24'], ''],
  ['everything that ends', ['1;31;44', '0'], ''],
  ['everything that ends by nothing', ['1;31', ''], ''],
  ['a colour that ends', ['1;31', '39'], 'bold'],
  ['one of 256 that is one of the 16', ['38;5;9'], 'c9'],
  ['the nearest of a cube', ['38;5;196'], 'c9'],
  ['the nearest of the greys', ['38;5;255'], 'c15'],
  ['the nearest of all', ['38;2;0;0;250'], 'c12'],
  ['what follows a colour of its own', ['38;5;1;1'], 'bold c1'],
  ['no underline in its other form', ['4', '4:0'], ''],
  ['a curly underline', ['4:3'], 'underline'],
  ['what is no attribute', ['5;73;999;38;9'], ''],
])('%s', (_, sequences, classes) => {
  expect(after(...sequences)).toBe(classes);
});

test.each(['', '1', '31', '1;3;7;95;104', '2;4;9;30'])('the style of %j is kept in a URL', (parameters) => {
  const style = styled(PLAIN, parameters);
  expect(styled(PLAIN, parametersOf(style) || '0')).toEqual(style);
});
