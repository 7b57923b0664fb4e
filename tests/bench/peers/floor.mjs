/** The floor: setTimeout and undici in one process, nothing kept anywhere. What the machine and the client allow. */

export const settings = {
  stock: { told: 'one process, setTimeout, at most 100 calls at once; keeps nothing' },
};

export async function open({ concurrency }) {
  const due = [];
  let call = null;
  let free = concurrency;
  const pump = () => {
    while (free > 0 && due.length > 0) {
      free--;
      void call(due.shift())
        .catch(() => {})
        .finally(() => {
          free++;
          pump();
        });
    }
  };
  /** setTimeout may fire up to a millisecond early, and takes 2^31 ms at most. */
  const wait = (timer) => {
    const leftMs = Date.parse(timer.at) - Date.now();
    if (leftMs > 0) return void setTimeout(wait, Math.min(leftMs, 2 ** 31 - 1), timer);
    due.push(timer);
    pump();
  };
  return {
    prepare: async () => {},
    add: async (timers) => timers.forEach(wait),
    work: async (each) => void (call = each),
    close: async () => {},
  };
}
