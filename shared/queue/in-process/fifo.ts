/** First in, first out, in constant time: an array that is read from a moving head, since `shift` costs its length. */
const compactFrom = 1_024;

export class Fifo<Item> {
  #items: Item[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** The oldest item, or undefined when there is none. */
  shift(): Item | undefined {
    const item = this.#items[this.#head];
    if (this.size > 0) this.#head++;
    // Half of it read: each item is moved at most once for each time it is read.
    if (this.#head >= compactFrom && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
