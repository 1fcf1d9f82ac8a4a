import { type ReactNode, useEffect, useState } from 'react';
import { wordsOf } from '../lib/api.ts';
import { type Address, durationText, instantOf } from '../lib/format.ts';

interface HeadingProps {
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly above?: ReactNode;
}

/** A page's heading, with what can be done beside it. */
export function Heading({ title, children, above }: HeadingProps) {
  return (
    <div className="heading">
      <div>
        {above && <p className="above">{above}</p>}
        <h1>{title}</h1>
      </div>
      {children && <div className="buttons">{children}</div>}
    </div>
  );
}

/** A word for how something is, coloured by whether that is good. */
export function Pill({ text }: { readonly text: string }) {
  return <span className={`pill ${moodOf[text] ?? ''}`}>{text || '–'}</span>;
}

const moodOf: Readonly<Record<string, 'good' | 'bad' | 'busy'>> = {
  progressing: 'good',
  available: 'good',
  joined: 'good',
  open: 'good',
  ready: 'good',
  ok: 'good',
  good: 'good',
  registered: 'good',
  active: 'good',
  delivered: 'good',
  sent: 'good',
  received: 'good',
  done: 'good',
  service: 'good',
  ringing: 'busy',
  dialing: 'busy',
  busy: 'busy',
  recording: 'busy',
  running: 'busy',
  pending: 'busy',
  queued: 'busy',
  wait: 'busy',
  new: 'busy',
  away: 'busy',
  entering: 'busy',
  warning: 'busy',
  unregistered: 'busy',
  failed: 'bad',
  problem: 'bad',
  'not ready': 'bad',
  dead: 'bad',
  rejected: 'bad',
  disabled: 'bad',
  abandoned: 'bad',
};

/** Who is on a call. What he calls himself stays by itself, in whichever direction it is written. */
export function Party({ address: { target, target_name = '' } }: { readonly address: Address }) {
  const isNamed = target_name !== '' && target_name !== target;
  const number = <bdi>{target || 'unknown'}</bdi>;
  if (!isNamed) return number;
  return (
    <>
      <bdi>{target_name}</bdi> ({number})
    </>
  );
}

/** A part of a page that can be folded. */
export function Fold({
  title,
  isOpen: wasOpen = true,
  children,
}: {
  readonly title: string;
  readonly isOpen?: boolean;
  readonly children: ReactNode;
}) {
  const [isOpen, setIsOpen] = useState(wasOpen);
  return (
    <section className="card">
      <h2>
        <button type="button" className="fold" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {title}
        </button>
      </h2>
      {isOpen && children}
    </section>
  );
}

/** What is wider than the page, and can be moved by keys too. */
export function Scroll({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it nobody gets there without a mouse
    <section className="scroll" tabIndex={0} aria-label={name}>
      {children}
    </section>
  );
}

/** What went wrong, in the place of what was to be shown. */
export function Wrong({ error }: { readonly error: unknown }) {
  return (
    <p className="notice bad" role="alert">
      {wordsOf(error)}
    </p>
  );
}

/** A page of which nothing could be read, with the way back. */
export function WrongPage({ title, above, error }: HeadingProps & { readonly error: unknown }) {
  return (
    <>
      <Heading title={title} above={above} />
      <Wrong error={error} />
    </>
  );
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className="empty">{children}</p>;
}

export function Waiting() {
  return (
    <p className="empty" aria-busy="true">
      One moment …
    </p>
  );
}

/** The time since an instant, second by second. */
export function Since({ time }: { readonly time: string }) {
  const now = useNow();
  const begin = instantOf(time);
  return <span className="number">{begin ? durationText(now - begin.getTime()) : '–'}</span>;
}

/** In milliseconds, renewed every second. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
