/**
 * A set of states, each a row of 32-bit words of one width, numbered in the order in which they were added: an open
 * hash table over paged typed arrays, so that millions fit. It knows nothing of what the words mean.
 */

const rowsPerPage = 1 << 16;

export class StateTable {
  readonly #width: number;
  readonly #pages: Uint32Array[] = [];
  /** Row number + 1 by hash, 0 for free; its size is a power of two, never more than half full. */
  #slots = new Int32Array(1 << 12);
  #size = 0;

  /** @param width words in a row */
  constructor(width: number) {
    this.#width = width;
  }

  get size(): number {
    return this.#size;
  }

  /** The number of this row, which is the former `size` where the row is new. */
  add(row: Uint32Array): number {
    const slot = this.#find(row);
    const known = this.#slots[slot]! - 1;
    if (known >= 0) return known;
    this.#append(row);
    this.#slots[slot] = this.#size;
    if (this.#size * 2 > this.#slots.length) this.#grow();
    return this.#size - 1;
  }

  /** The number of this row, or -1 when it was never added. */
  numberOf(row: Uint32Array): number {
    return this.#slots[this.#find(row)]! - 1;
  }

  /** The words of one row; not to be written to. */
  row(number: number): Uint32Array {
    const start = (number % rowsPerPage) * this.#width;
    return this.#pages[Math.floor(number / rowsPerPage)]!.subarray(start, start + this.#width);
  }

  #find(row: Uint32Array): number {
    const mask = this.#slots.length - 1;
    let slot = hash(row) & mask;
    for (;;) {
      const number = this.#slots[slot]! - 1;
      if (number < 0 || this.#equals(number, row)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #equals(number: number, row: Uint32Array): boolean {
    const page = this.#pages[Math.floor(number / rowsPerPage)]!;
    const start = (number % rowsPerPage) * this.#width;
    for (let i = 0; i < this.#width; i++) if (page[start + i] !== row[i]) return false;
    return true;
  }

  #append(row: Uint32Array): void {
    if (this.#size % rowsPerPage === 0) this.#pages.push(new Uint32Array(rowsPerPage * this.#width));
    this.#pages.at(-1)!.set(row, (this.#size % rowsPerPage) * this.#width);
    this.#size++;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let number = 0; number < this.#size; number++) {
      let slot = hash(this.row(number)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}

/** MurmurHash3, 32 bit, without its tail: rows are whole words. */
function hash(row: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    let word = Math.imul(row[i]!, 0xcc9e2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    sum ^= word;
    sum = (Math.imul((sum << 13) | (sum >>> 19), 5) + 0xe6546b64) | 0;
  }
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35);
  return sum ^ (sum >>> 16);
}
