import { describe, expect, test } from 'vitest';
import { proxyFromEnvironment, proxyUrl } from '../../internal/cluster/proxy.ts';

const server = new URL('https://api.orchard.example:6443');

describe('the environment names a proxy', () => {
  test.each<[string, Record<string, string>, string, string | null]>([
    ['none', {}, server.href, null],
    ['for https', { HTTPS_PROXY: 'p:3128' }, server.href, 'p:3128'],
    ['in small letters', { https_proxy: 'p:3128' }, server.href, 'p:3128'],
    ['not for https', { HTTP_PROXY: 'p:3128' }, server.href, null],
    ['for http', { HTTP_PROXY: 'p:3128' }, 'http://api.orchard.example', 'p:3128'],
    ['never for localhost', { HTTPS_PROXY: 'p' }, 'https://localhost:6443', null],
    ['never for loopback', { HTTPS_PROXY: 'p' }, 'https://127.3.2.1:6443', null],
    ['never for IPv6 loopback', { HTTPS_PROXY: 'p' }, 'https://[::1]:6443', null],
  ])('%s', (_name, env, url, proxy) => {
    expect(proxyFromEnvironment(new URL(url), env)).toBe(proxy);
  });
});

describe('NO_PROXY', () => {
  test.each([
    ['*', server.href, true],
    ['orchard.example', server.href, true],
    ['.orchard.example', server.href, true],
    ['*.orchard.example', server.href, true],
    ['ORCHARD.example', server.href, true],
    ['api.orchard.example', server.href, true],
    ['.api.orchard.example', server.href, false],
    ['chard.example', server.href, false],
    ['other, api.orchard.example', server.href, true],
    ['api.orchard.example:6443', server.href, true],
    ['api.orchard.example:443', server.href, false],
    ['orchard.example:443', 'https://api.orchard.example', true],
    ['10.1.0.0/16', 'https://10.1.2.3:6443', true],
    ['10.1.0.0/16', 'https://10.2.2.3:6443', false],
    ['10.1.0.0/16', 'https://[fd00::1]:6443', false],
    ['10.1.2.3', 'https://10.1.2.3:6443', true],
    ['1.2.3', 'https://10.1.2.3:6443', false],
    ['fd00::/8', 'https://[fd00::1]:6443', true],
    ['fd00::1', 'https://[fd00::1]:6443', true],
    ['[fd00::1]:6443', 'https://[fd00::1]:6443', true],
    ['[fd00::1]:443', 'https://[fd00::1]:6443', false],
    ['', server.href, false],
    [',,', server.href, false],
  ])('%s of %s: %s', (pattern, url, isDirect) => {
    const env = { HTTPS_PROXY: 'http://p:3128', NO_PROXY: pattern };
    expect(proxyFromEnvironment(new URL(url), env) === null).toBe(isDirect);
  });
});

test.each([
  ['p:3128', 'http://p:3128'],
  ['http://p', 'http://p'],
  ['https://p', 'https://p'],
  ['socks5://p:1080', 'socks5h://p:1080'],
  ['socks5h://p:1080', 'socks5h://p:1080'],
])('%s is %s', (given, url) => {
  expect(proxyUrl(given)).toBe(url);
});
