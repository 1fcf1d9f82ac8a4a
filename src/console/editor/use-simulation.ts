import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { request, wordsOf } from '../lib/api.ts';
import { type Lit, litBy, unlit } from './lit.ts';
import { actionsOf, type Items, withIds } from './model.ts';
import { type Come, comeSoFar, pauseBefore, type Reaction, type Simulated, wayOf } from './simulation.ts';
import { path } from './stored-flow.ts';

/** When somebody calls, and who. */
export interface Circumstances {
  /** `2026-12-24 18:05`, where the browser is; empty: now. */
  readonly at: string;
  readonly from: string;
}

interface Asked extends Circumstances {
  readonly does: readonly Reaction[];
  readonly hangup_after?: number;
  /** He presses no more keys than he has pressed. */
  readonly isDone?: boolean;
}

export interface Simulation {
  /** As far as it is shown: it goes step by step. */
  readonly come: Come;
  /** What has come of it, when all of it is shown. */
  readonly result: Simulated | undefined;
  readonly isGoing: boolean;
  readonly problem: string;
  readonly lit: Lit;
  /** From the beginning. */
  begin(circumstances: Circumstances): void;
  press(key: string): void;
  say(words: string): void;
  /** No keys, or no more of them. */
  goOn(): void;
  hangUp(): void;
}

const nothing: Come = { steps: [], waiting: undefined, typed: '' };

/** A flow as it is on the screen, called by nobody: what its caller would meet. */
export function useSimulation(items: Items, defaults: unknown): Simulation {
  const [asked, setAsked] = useState<Asked>();
  const [result, setResult] = useState<Simulated>();
  const [named, setNamed] = useState<Items>(items);
  const [problem, setProblem] = useState('');
  const [shown, setShown] = useState(0);
  const asking = useRef<AbortController>(undefined);
  // Keys that follow each other faster than answers come are for the same input.
  const ahead = useRef<{ readonly asked: Asked; readonly typed: string }>(undefined);
  const all = useMemo(() => {
    if (!result || !asked) return nothing;
    // Who has hung up is not asked any more.
    if (asked.hangup_after !== undefined) return { ...nothing, steps: result.steps };
    return comeSoFar(result, asked.does, asked.isDone ?? false);
  }, [result, asked]);
  useSteps(all, shown, setShown);
  useEffect(() => () => asking.current?.abort(), []);

  const ask = useCallback(
    async (wanted: Asked): Promise<void> => {
      asking.current?.abort();
      asking.current = new AbortController();
      const { signal } = asking.current;
      const { at, isDone: _, ...rest } = wanted;
      const sent = withIds(items);
      const time = at.trim() === '' ? undefined : new Date(at.trim());
      if (time && Number.isNaN(time.getTime()))
        return setProblem('When: expected a time, as 2026-12-24 18:05');
      const when = time && { at: time.toISOString() };
      const body = { ...rest, ...when, actions: actionsOf(sent), ...(defaults ? { defaults } : {}) };
      try {
        const answer = await request<Simulated>('POST', `${path}/simulate`, body, { signal });
        ahead.current = undefined;
        setNamed(sent);
        setResult(answer);
        setAsked(wanted);
        setProblem('');
      } catch (error) {
        if (signal.aborted) return;
        ahead.current = undefined;
        setProblem(wordsOf(error));
      }
    },
    [items, defaults],
  );

  const isGoing = shown < all.steps.length;
  const steps = useMemo(() => all.steps.slice(0, shown), [all, shown]);
  const lit = useMemo(() => {
    const ids = wayOf(steps);
    if (ids.length === 0) return unlit;
    const isOver = !isGoing && all.waiting === undefined;
    const last = named.find(({ action }) => action.id === ids.at(-1))?.key;
    return { ...litBy(ids, named), now: isOver ? undefined : last };
  }, [steps, named, isGoing, all]);

  const react = (to: (typed: string) => Reaction | undefined, isDone = false): void => {
    const now = ahead.current ?? (asked && { asked, typed: all.typed });
    if (!now) return;
    const { does } = now.asked;
    const reaction = to(now.typed);
    const before = now.typed === '' ? does : does.slice(0, -1);
    const wanted = { ...now.asked, does: reaction ? [...before, reaction] : does, isDone };
    if (reaction && 'press' in reaction) ahead.current = { asked: wanted, typed: reaction.press };
    void ask(wanted);
  };
  return {
    come: { steps, waiting: isGoing ? undefined : all.waiting, typed: isGoing ? '' : all.typed },
    result: isGoing || all.waiting ? undefined : result,
    isGoing,
    problem,
    lit,
    begin: (circumstances) => {
      setShown(0);
      setResult(undefined); // nobody reacts to what was before
      ahead.current = undefined;
      void ask({ ...circumstances, does: [] });
    },
    press: (key) => react((typed) => ({ press: typed + key })),
    say: (say) => react(() => ({ say })),
    goOn: () => react((typed) => (typed === '' ? { wait: true } : undefined), true),
    hangUp: () => {
      if (!isGoing && all.waiting && all.typed === '') return react(() => ({ hangup: true }));
      // Where he is just now: what was to come does not come any more.
      const { at = 0 } = (isGoing ? steps.at(-1) : all.waiting) ?? {};
      if (asked) void ask({ ...asked, hangup_after: Math.ceil(at) + 1 });
    },
  };
}

/** Shows one step after the other; all at once to whoever wants nothing to move, and what goes on and on. */
function useSteps({ steps }: Come, shown: number, setShown: (shown: number) => void): void {
  useEffect(() => {
    if (shown >= steps.length) return undefined;
    const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    const pause = isStill ? undefined : pauseBefore(steps, shown);
    if (pause === undefined) {
      setShown(steps.length);
      return undefined;
    }
    const timer = setTimeout(() => setShown(shown + 1), pause);
    return () => clearTimeout(timer);
  }, [steps, shown, setShown]);
}
