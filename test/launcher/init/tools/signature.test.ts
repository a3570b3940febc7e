import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HASHICORP_KEY, OPENTOFU_KEY } from '../../../../src/launcher/init/tools/release-keys';
import { isSignedBy } from '../../../../src/launcher/init/tools/signature';
import { SigningKey } from '../../support/signing-key';

/** terraform-provider-null_3.1.0_SHA256SUMS and its .sig, as HashiCorp publishes them; the key that signed it has expired since. */
const SUMS = `fea4227271ebf7d9e2b61b89ce2328c7262acd9fd190e1fd6d15a591abfa848e  terraform-provider-null_3.1.0_darwin_amd64.zip
9ebf4d9704faba06b3ec7242c773c0fbfe12d62db7d00356d4f55385fc69bfb2  terraform-provider-null_3.1.0_darwin_arm64.zip
a6576c81adc70326e4e1c999c04ad9ca37113a6e925aefab4765e5a5198efa7e  terraform-provider-null_3.1.0_freebsd_386.zip
5f9200bf708913621d0f6514179d89700e9aa3097c77dac730e8ba6e5901d521  terraform-provider-null_3.1.0_freebsd_amd64.zip
fc39cc1fe71234a0b0369d5c5c7f876c71b956d23d7d6f518289737a001ba69b  terraform-provider-null_3.1.0_freebsd_arm.zip
c797744d08a5307d50210e0454f91ca4d1c7621c68740441cf4579390452321d  terraform-provider-null_3.1.0_linux_386.zip
53e30545ff8926a8e30ad30648991ca8b93b6fa496272cd23b26763c8ee84515  terraform-provider-null_3.1.0_linux_amd64.zip
cecb6a304046df34c11229f20a80b24b1603960b794d68361a67c5efe58e62b8  terraform-provider-null_3.1.0_linux_arm64.zip
e1371aa1e502000d9974cfaff5be4cfa02f47b17400005a16f14d2ef30dc2a70  terraform-provider-null_3.1.0_linux_arm.zip
a8a42d13346347aff6c63a37cda9b2c6aa5cc384a55b2fe6d6adfa390e609c53  terraform-provider-null_3.1.0_windows_386.zip
02a1675fd8de126a00460942aaae242e65ca3380b5bb192e8773ef3da9073fd2  terraform-provider-null_3.1.0_windows_amd64.zip
`;
const SIGNATURE = [
  'wsFcBAABCAAQBQJgga+GCRCwtEEJdoW2dgAAo0YQAAW911BGDr2WHLo5NwcZenwHyxL5DX9g+4BknKbc/WxRC1hD8Afi3eygZk1y',
  'R6eT4Gp2HyNOwCjGL1PTONBumMfj9udIeuX8onrJMMvjFHh+bORGxBi4FKr4V3b2ZV1IYOjWMEyyTGRDvwSCdxBkp3apH3s2xZLm',
  'RoAj84JZ4KaxGF7hlT0j4IkNyQKd2T5cCByN9DV80+x+HtzaOieFwJL97iyGj6aznXfKfslK6S4oIrVTwyLTrQbxSxA0LsdUjRPH',
  'nJamL3sFOG77qUEUoXG3r61yi5vWV4P5gCH/+C+VkfGHqaB1s0jHYLxoTEXtwthe66MydDBPe2Hd0J12u9ppOIeK3leeb4uiixWI',
  'irNdpWyjr/LU1KKWPxsDqMGYJ9TexyWkXjEpYmIEiY1Rxar8jrLh+FqVAhxRJajjgSRu5pZj50CNeKmmbyolLhPCmICjYYU/xKPG',
  'XSyDFqonVVyMWCSpO+8F38OmwDQHIk5AWyc8hPOAZ+g5N95cfUAzEqlvmNvVHQIU40Y6/Ip2HZzzFCLKQkMP1aDakYHq5w4ZO/uc',
  'jhKuoh1HDQMuMnZSu4eo2nMTBzYZnUxwtROrJZF1t103avbmP2QE/GaPvLIQn7o5WMV3ZcPCJ+szzzby7H2e33WIynrY/95ensBx',
  'h7mGFbcQ1C59b5o7viwIaaY2',
].join('');

const bytes = (text: string): Buffer => Buffer.from(text);

describe('a real release of HashiCorp', () => {
  const signature = Buffer.from(SIGNATURE, 'base64');

  test('has the signature of the key that is known as theirs', async () => {
    expect(await isSignedBy(HASHICORP_KEY, bytes(SUMS), signature)).toBe(true);
  });

  test.each([
    ['when a letter of it was changed', HASHICORP_KEY, SUMS.replace('3.1.0', '3.1.1')],
    ['for whoever knows the key of another', OPENTOFU_KEY, SUMS],
    ['for whoever expects another fingerprint', { ...HASHICORP_KEY, fingerprint: OPENTOFU_KEY.fingerprint }, SUMS],
  ])('has it not %s', async (_case, key, sums) => {
    expect(await isSignedBy(key, bytes(sums), signature)).toBe(false);
  });
});

describe('a key', () => {
  let key: SigningKey;
  beforeAll(() => void (key = SigningKey.make()));
  afterAll(() => key.remove());

  test('signs for itself, and in the name of nobody else', async () => {
    const signature = key.sign('list');
    expect(await isSignedBy(key, bytes('list'), signature)).toBe(true);
    expect(await isSignedBy(OPENTOFU_KEY, bytes('list'), signature)).toBe(false);
  });

  test.each(['', 'no signature', '-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n'])(
    'has not signed what is no signature: %j',
    async (none) => {
      expect(await isSignedBy(key, bytes('list'), bytes(none))).toBe(false);
    },
  );
});
