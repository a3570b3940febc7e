import { describe, expect, test } from '@jest/globals';
import { destinationOf, Proxies, ProxySettingError, type Variables } from '../../src/network/proxies';

const proxyFor = (variables: Variables, url: string) => new Proxies(variables).for(destinationOf(url));

describe('the proxy of a destination', () => {
  const all = { HTTPS_PROXY: 'http://secure:3128', HTTP_PROXY: 'http://plain:3128' };
  test.each([
    ['https://example.com', 'http://secure:3128'],
    ['mqtts://example.com', 'http://secure:3128'],
    ['http://example.com', 'http://plain:3128'],
    ['mqtt://example.com', 'http://plain:3128'],
  ])('of %s is %s', (url, proxy) => {
    expect(proxyFor(all, url)?.url).toBe(proxy);
  });

  test('is named in small letters, too, which win', () => {
    expect(proxyFor({ ...all, https_proxy: 'http://small:1' }, 'https://a.example')?.host).toBe('small');
    expect(proxyFor({ https_proxy: 'http://small:1', no_proxy: 'a.example' }, 'https://a.example')).toBeUndefined();
    expect(proxyFor({ ...all, no_proxy: 'b.example', NO_PROXY: '*' }, 'https://a.example')?.host).toBe('secure');
  });

  test.each([
    ['proxy.example:3128', { host: 'proxy.example', port: 3128, isSecure: false }],
    ['http://proxy.example', { host: 'proxy.example', port: 80, isSecure: false }],
    ['https://proxy.example/', { host: 'proxy.example', port: 443, isSecure: true }],
    ['http://[fd00::1]:3128', { host: 'fd00::1', port: 3128, url: 'http://[fd00::1]:3128' }],
    [' http://10.0.0.1:3128 ', { host: '10.0.0.1', port: 3128, authorization: undefined }],
  ])('may be written as "%s"', (value, proxy) => {
    expect(proxyFor({ HTTPS_PROXY: value }, 'https://a.example')).toMatchObject(proxy);
  });

  test('has user and password in its header alone', () => {
    const proxy = proxyFor({ HTTPS_PROXY: 'http://me:p%40ss@proxy.example:3128' }, 'https://a.example');
    expect(proxy).toMatchObject({ url: 'http://proxy.example:3128', authorization: `Basic ${btoa('me:p@ss')}` });
  });

  test.each([{}, { HTTPS_PROXY: '' }, { ALL_PROXY: 'http://proxy:3128' }, { NO_PROXY: 'https://nobody/minds' }])(
    'is none with %j',
    (variables) => {
      expect(proxyFor(variables, 'https://a.example')).toBeUndefined();
    },
  );
});

describe('variables that say what cannot be are refused, without a word of what is secret', () => {
  test.each([
    [{ HTTPS_PROXY: 'socks5://me:secret@proxy:1080' }, /^HTTPS_PROXY names a proxy of the kind socks5:\/\//],
    [{ http_proxy: 'http://me:secret@' }, /^http_proxy is not the URL of a proxy\. Allowed are http:\/\/host:port/],
    [{ HTTPS_PROXY: 'me:se/cret@proxy:3128' }, /^HTTPS_PROXY is not the URL of a proxy/],
    [{ HTTPS_PROXY: 'http://me:secret%zz@proxy:3128' }, /^HTTPS_PROXY has a user or a password in which a %/],
    [{ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '10.0.0.0/33' }, /^NO_PROXY: "10\.0\.0\.0\/33" is no network/],
  ])('%j', (variables, sentence) => {
    expect(() => new Proxies(variables)).toThrow(ProxySettingError);
    expect(() => new Proxies(variables)).toThrow(sentence);
    expect(() => new Proxies(variables)).toThrow(/^(?!.*(secret|cret@))/s);
  });
});
