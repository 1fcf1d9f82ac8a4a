export function anyOf<T>(random: () => number, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T; // there is one
}

export function shuffled<T>(random: () => number, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}
