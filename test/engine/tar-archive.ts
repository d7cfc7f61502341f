/** A ustar archive of a few small text files; folders and links are what tar(1) is for. */
export function tarOf(files: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(files).map(([path, text]) =>
    entry(path.replace(/^\/+/, ''), Buffer.from(text)),
  );
  return Buffer.concat([...entries, Buffer.alloc(2 * blockSize)]);
}

const blockSize = 512;

function entry(path: string, content: Buffer): Buffer {
  if (Buffer.byteLength(path) > 100) throw new RangeError(`path too long for a tar header: ${path}`);
  const header = Buffer.alloc(blockSize);
  header.write(path, 0);
  header.write(octal(0o644, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(content.length, 11), 124);
  header.write(octal(Math.floor(Date.now() / 1000), 11), 136);
  header.write(' '.repeat(8), 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${octal(checksum, 6)}\0 `, 148);
  const padding = Buffer.alloc((blockSize - (content.length % blockSize)) % blockSize);
  return Buffer.concat([header, content, padding]);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
