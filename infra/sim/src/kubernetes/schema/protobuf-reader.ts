/** One field of a protobuf message: a number, or the bytes of a text, of bytes or of a message. */
export interface WireField {
  readonly number: number;
  readonly value: bigint | Buffer;
}

const truncated = (): Error => new Error("unexpected EOF");

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw truncated();
      this.#at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw new Error("integer overflow");
  }

  take(length: number): Buffer {
    if (length < 0 || this.#at + length > this.#bytes.length) throw truncated();
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }
}

const valueOf = (reader: Reader, wireType: number): bigint | Buffer => {
  if (wireType === 0) return reader.varint();
  if (wireType === 2) return reader.take(Number(reader.varint()));
  throw new Error(`illegal wireType ${wireType}`);
};

/** The fields of a message in their order. Errors: `Error` when the bytes are no message of varints and byte strings. */
export const wireFields = (bytes: Buffer): readonly WireField[] => {
  const reader = new Reader(bytes);
  const fields: WireField[] = [];
  while (!reader.done) {
    const tag = Number(reader.varint());
    fields.push({ number: tag >>> 3, value: valueOf(reader, tag & 7) });
  }
  return fields;
};
