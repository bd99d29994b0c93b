import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Environment = Readonly<Record<string, string | undefined>>;

const variable = (env: Environment, name: string): string =>
  env[name] || env[name.toLowerCase()] || '';

const portOf = (url: URL): string => url.port || (url.protocol === 'http:' ? '80' : '443');

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').toLowerCase();

const isLoopback = (host: string): boolean =>
  host === 'localhost' || (isIP(host) !== 0 && ipaddr.parse(host).range() === 'loopback');

function isInRange(host: string, range: string): boolean {
  if (isIP(host) === 0 || !ipaddr.isValidCIDR(range)) return false;
  const address = ipaddr.parse(host);
  const cidr = ipaddr.parseCIDR(range);
  return address.kind() === cidr[0].kind() && address.match(cidr);
}

function isSameName(host: string, pattern: string): boolean {
  const name = pattern.replace(/^\*\./, '.');
  if (name.startsWith('.')) return host.endsWith(name);
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

function split(pattern: string): { readonly name: string; readonly port: string | null } {
  if (isIP(pattern) !== 0 || pattern.includes('/')) return { name: pattern, port: null };
  const [, name, port] = /^(.*):(\d+)$/.exec(pattern) ?? [];
  return { name: (name ?? pattern).replace(/^\[|\]$/g, ''), port: port ?? null };
}

function isExcluded(server: URL, pattern: string): boolean {
  const { name, port } = split(pattern);
  if (port !== null && port !== portOf(server)) return false;
  const host = hostOf(server);
  return isInRange(host, name) || isSameName(host, name);
}

/**
 * The proxy that the environment sets for a server, by Go's rules (golang.org/x/net/http/httpproxy), which are kubectl's:
 * HTTPS_PROXY or HTTP_PROXY by the server's scheme, either case; never for localhost and loopback addresses; NO_PROXY names
 * hosts with their subdomains, `.suffixes`, addresses, CIDR ranges, each perhaps with a port, or `*`. Null: no proxy.
 */
export function proxyFromEnvironment(server: URL, env: Environment): string | null {
  const proxy = variable(env, server.protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY');
  if (proxy === '' || isLoopback(hostOf(server))) return null;
  const patterns = variable(env, 'NO_PROXY').toLowerCase().split(',');
  const isDirect = patterns
    .map((pattern) => pattern.trim())
    .some((pattern) => pattern === '*' || (pattern !== '' && isExcluded(server, pattern)));
  return isDirect ? null : proxy;
}

/** A proxy's URL as the client takes it: Go takes it without a scheme, and resolves names at the far end of SOCKS 5. */
export function proxyUrl(proxy: string): string {
  const url = proxy.includes('://') ? proxy : `http://${proxy}`;
  return url.replace(/^socks5:/, 'socks5h:');
}
