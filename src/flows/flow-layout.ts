/** In whatever the screen counts in; y grows downwards. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where people have put what a flow consists of on their screens. It means nothing to the flow. */
export interface FlowLayout {
  /** Where it begins. */
  readonly start: Point;
  /** By the ids of its actions; what was put nowhere is missing. */
  readonly actions: Readonly<Record<string, Point>>;
}

/** Of a flow that nobody has laid out. */
export const noLayout: FlowLayout = { start: { x: 0, y: 0 }, actions: {} };

/** Without places of what is no action of the flow. */
export function layoutOfThese(
  { start, actions: places }: FlowLayout,
  actions: readonly { readonly id: string }[],
): FlowLayout {
  const left = actions.flatMap(({ id }) => {
    const place = Object.hasOwn(places, id) ? places[id] : undefined;
    return place ? [[id, place] as const] : [];
  });
  return { start, actions: Object.fromEntries(left) };
}
