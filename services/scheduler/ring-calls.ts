/**
 * The calls of a handover, both sides: the leader asks members for their positions and tells them what is committed;
 * a member answers how far ahead it has claimed. Each may be repeated; a member that does not answer in time is silent.
 */
import Type from 'typebox';
import type { Member } from '../../shared/coordination/membership.js';
import type { Procedure, Rpc } from '../../shared/rpc/rpc.js';
import type { RingDocument, RingValue, RingView } from './ring-view.js';
import type { ShardHost } from './shard-host.js';

const deadlineMs = 500;
const tries = 3;

const position = Type.Object({ position: Type.Number() });

const prepare = {
  name: 'ring-prepare',
  request: Type.Object({ member: Type.String() }),
  reply: position,
} satisfies Procedure;

const commit = {
  name: 'ring-commit',
  request: Type.Object({
    member: Type.String(),
    version: Type.Integer(),
    value: Type.Unsafe<RingValue>(
      Type.Object({
        versions: Type.Array(
          Type.Object({
            number: Type.Integer(),
            members: Type.Array(Type.String()),
            effectiveFrom: Type.Number(),
          }),
        ),
      }),
    ),
  }),
  reply: position,
} satisfies Procedure;

/** The position of this member, asked over the network. Rejects when it stays silent. */
export async function askPosition(rpc: Rpc, { name, adminUrl: url }: Member): Promise<number> {
  return (await rpc.call(prepare, { to: name, url, request: { member: name }, deadlineMs, tries })).position;
}

/** Tells this member of a committed ring; answers its position once it knows. Rejects when it stays silent. */
export async function tellRing(
  rpc: Rpc,
  { name, adminUrl: url }: Member,
  document: RingDocument,
): Promise<number> {
  return (
    await rpc.call(commit, { to: name, url, request: { ...document, member: name }, deadlineMs, tries })
  ).position;
}

export interface Answering {
  /** This process's name: an address that leads here by mistake shall not answer for another. */
  name: string;
  view: RingView;
  host: ShardHost;
}

/** Answers both calls. Answers a function that ends it. */
export function serveRingCalls(rpc: Rpc, { name, view, host }: Answering): () => void {
  const answerFor = (member: string): { position: number } => {
    if (member !== name) throw new Error(`this is ${name}, not ${member}`);
    return { position: host.position() };
  };
  const ends = [
    rpc.serve(prepare, ({ member }) => answerFor(member)),
    rpc.serve(commit, ({ member, ...document }) => {
      view.adopt(document);
      return answerFor(member);
    }),
  ];
  return () => ends.forEach((end) => end());
}
