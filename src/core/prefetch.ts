/** Each thing made ready, one after the other; the next one is while this one is in use. */
export async function* prefetch<T, R>(
  things: readonly T[],
  prepare: (thing: T) => Promise<R>,
): AsyncGenerator<readonly [T, R]> {
  const start = (thing: T | undefined): Promise<R> | undefined => {
    const preparing = thing === undefined ? undefined : prepare(thing);
    preparing?.catch(() => undefined); // whoever leaves early does not ask
    return preparing;
  };
  let next = start(things[0]);
  for (const [index, thing] of things.entries()) {
    const current = next;
    next = start(things[index + 1]);
    if (current) yield [thing, await current];
  }
}
