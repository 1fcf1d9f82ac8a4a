import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { request } from '../lib/api.ts';
import type { Positions } from './layout.ts';
import type { Items } from './model.ts';
import { type Layout, layoutOf } from './positions.ts';
import { path } from './stored-flow.ts';

const none: Layout = { start: { x: 0, y: 0 }, actions: {} };

const addressOf = (flowId: string): string => `${path}/${flowId}/layout`;

/** Where the actions of a flow were put; not yet known: nothing. A flow can be edited without. */
export function useLayout(flowId: string | undefined): Layout | undefined {
  const { data, error } = useQuery<Layout>({
    queryKey: ['layout', flowId],
    queryFn: ({ signal }) => request<Layout>('GET', addressOf(flowId ?? ''), undefined, { signal }),
    enabled: flowId !== undefined,
    // Read whenever a flow is opened: nobody tells of it that another screen has another one.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return flowId === undefined || error ? none : data;
}

/** Keeps it with the daemon. What goes wrong is no harm: the flow is arranged anew the next time. */
export async function keepLayout(flowId: string, layout: Layout): Promise<void> {
  await request('PUT', addressOf(flowId), layout).catch(() => undefined);
}

/** In milliseconds: while something is dragged nothing is kept. */
const pause = 500;

/** Keeps where the actions are put, a moment after, or when the page is left. */
export function useKeptLayout(flowId: string, items: Items, positions: Positions): void {
  const now = useMemo(() => layoutOf(items, positions), [items, positions]);
  const kept = useRef(now);
  const latest = useRef(now);
  latest.current = now;
  const keep = useCallback(
    ({ start, actions }: Layout): void => {
      // What is taken out of the flow may be in it again when the change is cancelled.
      const layout = { start, actions: { ...kept.current.actions, ...actions } };
      // As it was opened it is there already, or arranged in the same way the next time.
      if (flowId === '' || JSON.stringify(layout) === JSON.stringify(kept.current)) return;
      kept.current = layout;
      void keepLayout(flowId, layout);
    },
    [flowId],
  );
  useEffect(() => {
    const timer = setTimeout(keep, pause, now);
    return () => clearTimeout(timer);
  }, [keep, now]);
  useEffect(() => () => keep(latest.current), [keep]);
}
