/** Lists as one sequence: the next page is asked for when the one before is used up, and never two at a time. */

export interface Page<Row> {
  data: Row[];
  nextCursor: string | null;
}

/** Every row, page after page. Rows created meanwhile move nothing: a cursor names a row, not a number. */
export async function* rowsOf<Row>(
  readPage: (cursor: string | undefined) => Promise<Page<Row>>,
): AsyncGenerator<Row, void, undefined> {
  let cursor: string | undefined;
  do {
    const page: Page<Row> = await readPage(cursor);
    yield* page.data;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
