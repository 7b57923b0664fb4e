/** The route alone: takes and checks what the others take, answers, and does nothing with it. For the accept workloads. */

export const settings = { stock: { told: 'the route of the peers with nothing behind it' } };

export const open = async () => ({
  prepare: async () => {},
  add: async () => {},
  work: async () => {},
  close: async () => {},
});
