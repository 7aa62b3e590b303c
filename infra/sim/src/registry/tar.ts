const BLOCK = 512;

const field = (header: Buffer, text: string, offset: number): void => {
  header.write(text, offset, "ascii");
};

const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, "0")}\0`;

const headerOf = (path: string, size: number): Buffer => {
  const header = Buffer.alloc(BLOCK);
  field(header, path, 0);
  field(header, octal(0o644, 8), 100);
  field(header, octal(0, 8), 108);
  field(header, octal(0, 8), 116);
  field(header, octal(size, 12), 124);
  field(header, octal(0, 12), 136);
  field(header, "        ", 148);
  field(header, "0", 156);
  field(header, "ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  field(header, `${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
};

/** A ustar archive of one file; the same input gives the same bytes. */
export const tarOf = (path: string, content: string): Buffer => {
  const body = Buffer.from(content);
  const padding = Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK);
  return Buffer.concat([headerOf(path, body.length), body, padding, Buffer.alloc(2 * BLOCK)]);
};
