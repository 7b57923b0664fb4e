/** Server-sent events out of the bytes of an answer (WHATWG HTML, 9.2.6): what our API sends, in chunks of any size. */

export interface StreamMessage {
  /** Where to resume from after it; as before where it has none. */
  id: string | null;
  /** Null where there is nothing to tell, only a new place to resume from. */
  event: { kind: string; data: unknown } | null;
}

/** The messages of a body as they come. Ends when the body does; rejects with what the body rejects with. */
export async function* messagesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamMessage, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) yield messageOf(block);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function messageOf(block: string): StreamMessage {
  const fields = new Map(
    block.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
    }),
  );
  const [kind, data] = [fields.get('event'), fields.get('data')];
  const event = kind === undefined || data === undefined ? null : { kind, data: JSON.parse(data) as unknown };
  return { id: fields.get('id') ?? null, event };
}
