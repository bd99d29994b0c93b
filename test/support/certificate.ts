import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate with its key, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

// X.509 in DER, as much of it as Node's TLS asks for (RFC 5280): a certificate made for the test alone.
function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const short = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...(length < 128 ? [length] : short)]), body]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));
const utcTime = (text: string): Buffer => tlv(0x17, Buffer.from(text));
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));

const nameOf = (commonName: string): Buffer =>
  sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(commonName)))));

function subjectAltName(host: string): Buffer {
  const address = Buffer.from(host.split('.').map(Number));
  const name = isIP(host) === 4 ? tlv(0x87, address) : tlv(0x82, Buffer.from(host));
  return sequence(oid('551d11'), tlv(0x04, sequence(name)));
}

const isAuthority = sequence(
  oid('551d13'),
  tlv(0x01, Buffer.from([0xff])),
  tlv(0x04, sequence(tlv(0x01, Buffer.from([0xff])))),
);

function pem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

export interface Authority extends Certificate {
  /** A certificate for a host (address or name) or, as a client's, for a user's name; `until` as in UTCTime, `491231235959Z`. */
  readonly issue: (name: string, until?: string) => Certificate;
}

function certify(
  name: string,
  issuer: string,
  by: KeyObject,
  own: KeyObject,
  more: Buffer,
  until = '491231235959Z',
): string {
  const serial = randomBytes(8);
  serial[0] = 1;
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, serial),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(utcTime('250101000000Z'), utcTime(until)),
    nameOf(name),
    own.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(more)),
  );
  const signature = sign('sha256', body, by);
  return pem(sequence(body, ecdsaWithSha256, tlv(0x03, Buffer.from([0]), signature)));
}

/** A certificate authority of its own, made anew at each call. */
export function makeAuthority(name: string): Authority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyText = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' });
  return {
    cert: certify(name, name, own.privateKey, own.publicKey, isAuthority),
    key: keyText(own.privateKey),
    issue: (host, until) => {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const cert = certify(host, name, own.privateKey, pair.publicKey, subjectAltName(host), until);
      return { cert, key: keyText(pair.privateKey) };
    },
  };
}
