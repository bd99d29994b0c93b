/** A character that could steer a terminal or hide text from a reader: all controls but line ends, format characters, halves of pairs. */
export const steering = /(?!\n)\p{Cc}|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
