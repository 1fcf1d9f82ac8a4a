import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { endOf, linesOf } from './simulation.ts';
import type { Circumstances, Simulation } from './use-simulation.ts';

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

interface SimulatePaneProps {
  readonly simulation: Simulation;
  readonly onClose: () => void;
}

/** A call without a phone: what its caller hears, and what he does. */
export function SimulatePane({ simulation, onClose }: SimulatePaneProps) {
  const { come, result, isGoing, problem } = simulation;
  const [circumstances, setCircumstances] = useState<Circumstances>({ at: '', from: '+4930123456' });
  const list = useRef<HTMLOListElement>(null);
  const lines = linesOf(come.steps);
  const begin = useRef(simulation.begin);
  begin.current = simulation.begin;
  const pane = useRef<HTMLElement>(null);
  useEffect(() => begin.current({ at: '', from: '+4930123456' }), []);
  // Where there is little room it is below the flow.
  useEffect(() => {
    pane.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever there is one line more
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [lines.length]);
  return (
    <section ref={pane} className="simulation" aria-label="Simulation">
      <header>
        <h2>Simulation</h2>
        <button type="button" onClick={() => simulation.begin(circumstances)}>
          Again
        </button>
        <button type="button" className="plain" aria-label="Close the simulation" onClick={onClose}>
          ×
        </button>
      </header>
      <details>
        <summary>When, and who calls</summary>
        <label>
          When
          <input
            placeholder="2026-12-24 18:05"
            maxLength={40}
            value={circumstances.at}
            onChange={({ target }) => setCircumstances({ ...circumstances, at: target.value })}
          />
        </label>
        <label>
          From
          <input
            value={circumstances.from}
            maxLength={64}
            onChange={({ target }) => setCircumstances({ ...circumstances, from: target.value })}
          />
        </label>
        <p className="hint">No time is now. Both count from the next beginning.</p>
      </details>
      {problem !== '' && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: so that it can be scrolled by keys */}
      <ol ref={list} aria-label="What the caller hears and does" tabIndex={0}>
        {lines.map(({ at, kind, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added
          <li key={index} className={kind}>
            <time>{at}</time> <span>{text}</span>
          </li>
        ))}
      </ol>
      <p className={`end ${result && !result.good ? 'bad' : ''}`} role="status">
        {isGoing && 'It goes on …'}
        {!isGoing && !come.waiting && !result && problem === '' && 'One moment …'}
        {come.waiting && waitsFor(come.waiting.type, come.typed)}
        {result && endOf(result)}
      </p>
      {come.waiting && <Caller simulation={simulation} typed={come.typed} left={list} />}
      {(come.waiting || isGoing) && (
        <button type="button" className="danger" onClick={simulation.hangUp}>
          The caller hangs up
        </button>
      )}
    </section>
  );
}

function waitsFor(type = 'something', typed = ''): string {
  const title = type.replaceAll('_', ' ');
  return typed === ''
    ? `The ${title} waits for the caller`
    : `The ${title} has got ${typed}, and waits for more`;
}

interface CallerProps {
  readonly simulation: Simulation;
  readonly typed: string;
  /** Has the focus when nothing waits any more. */
  readonly left: RefObject<HTMLElement | null>;
}

/** What the caller can do where something waits for him. */
function Caller({ simulation, typed, left }: CallerProps) {
  const [words, setWords] = useState('');
  const whole = useRef<HTMLDivElement>(null);
  // While it still stands in the page: else the focus goes nowhere, and who has keys alone begins anew.
  useLayoutEffect(() => {
    const [here, to] = [whole.current, left];
    return () => {
      if (here?.contains(document.activeElement)) to.current?.focus();
    };
  }, [left]);
  return (
    <div ref={whole} className="reactions">
      <div className="keys">
        {keys.map((key) => (
          <button key={key} type="button" aria-label={`Press ${key}`} onClick={() => simulation.press(key)}>
            {key}
          </button>
        ))}
      </div>
      <button type="button" onClick={simulation.goOn}>
        {typed === '' ? 'The caller does nothing' : 'No more keys'}
      </button>
      {typed === '' && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (words.trim() === '') return;
            setWords('');
            simulation.say(words.trim());
          }}
        >
          <input
            aria-label="What the caller says"
            placeholder="What the caller says"
            value={words}
            maxLength={1_000}
            onChange={({ target }) => setWords(target.value)}
          />
          <button type="submit">Say</button>
        </form>
      )}
    </div>
  );
}
