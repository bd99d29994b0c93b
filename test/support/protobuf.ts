/** A field of a message: its number and what stands in it; a list is a message of its own. */
export type Part = readonly [number: number, value: number | bigint | string | readonly Part[]];

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** A message as the API server sends it. */
export function message(parts: readonly Part[]): Buffer {
  return Buffer.concat(
    parts.flatMap(([number, value]) => {
      const key = BigInt(number) << 3n;
      if (typeof value === 'number' || typeof value === 'bigint')
        return [varint(key), varint(BigInt(value))];
      const bytes = typeof value === 'string' ? Buffer.from(value) : message(value);
      return [varint(key | 2n), varint(BigInt(bytes.length)), bytes];
    }),
  );
}

/** An answer of the API server in its binary form. */
export const answer = (kind: string, object: readonly Part[]): Buffer =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    message([
      [
        1,
        [
          [1, 'v1'],
          [2, kind],
        ],
      ],
      [2, object],
      [3, ''],
      [4, ''],
    ]),
  ]);

/** The answer that a list of these objects is; `more` is the token of the next page. */
export const listAnswer = (
  kind: string,
  objects: readonly (readonly Part[])[],
  more = '',
): Buffer =>
  answer(`${kind}List`, [
    [
      1,
      [
        [1, ''],
        [2, '77'],
        [3, more],
      ],
    ],
    ...objects.map((object): Part => [2, object]),
  ]);
