/** The same entries in the order of their names, so that equal maps have one form and one digest. Pure. */
export function inOrder(map: Record<string, string>): Record<string, string> {
  const entries = Object.entries(map);
  return entries.length < 2 ? map : Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
