import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { PATH, RUN_AS } from '../../../src/api/names';
import { SHIM_PATH } from '../../../src/launcher/shim/path';
import { LAUNCHER_VARIABLE, POD_VARIABLE } from '../../../src/protocol/environment';
import { EXIT } from '../../../src/protocol/exit-codes';

describe('the shim, which cannot import, says the same as the rest of the launcher', () => {
  const shim = readFileSync(SHIM_PATH, 'utf8');

  it.each([
    ['where the exchange folder is', `wp_exchange=\${1:-${PATH.exchange}}`],
    ['which group the images expect', `needs the group ${RUN_AS} (`],
    ['which variable has the grace time', `$${POD_VARIABLE.stopGraceSeconds}`],
    ["which variable has the pool's own folder of programs", `$${POD_VARIABLE.customBinariesPath}:`],
    ['which variable names what is masked', `\${${LAUNCHER_VARIABLE.maskEnvs}-}`],
  ])('%s', (_what, text) => expect(shim).toContain(text));

  it('with which code a container ends that is set up badly, waits in vain, or is stopped', () => {
    const codes = [...shim.matchAll(/\b(?:refuse|leave|wp_code=) ?(\d+)/g)].map(([, code]) => Number(code));
    expect(new Set(codes)).toEqual(new Set([EXIT.usage, EXIT.unreachable, EXIT.terminated, EXIT.ok]));
  });
});
