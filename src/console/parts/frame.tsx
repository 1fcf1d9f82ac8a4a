import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { stream } from '../lib/events.ts';
import { resources } from '../lib/resources.ts';
import { usePlace } from '../lib/router.ts';
import { type Session, signOut } from '../lib/session.ts';
import { useStore } from '../lib/store.ts';
import { applyTheme, type Theme, themeNow } from '../lib/theme.ts';
import { dock } from '../phone/dock.ts';
import { Waiting } from './bits.tsx';
import { Failing } from './failing.tsx';

const Phone = lazy(async () => ({ default: (await import('../phone/panel.tsx')).PhonePanel }));

/** What is around every page: navigation, the phone, who is signed in. */
export function Frame({ session, children }: { readonly session: Session; readonly children: ReactNode }) {
  const place = usePlace();
  const main = useRef<HTMLElement>(null);
  const [hasMenu, setHasMenu] = useState(false);
  const { isOpen } = useStore(dock);
  const [, page = ''] = place.split('/');
  useEffect(() => {
    setHasMenu(false);
    document.title = `${page === '' ? 'Live' : page} · ariflow`;
  }, [page]);
  return (
    <div className={`frame ${isOpen ? 'with-phone' : ''}`}>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <header className="bar">
        <button
          type="button"
          className="menu-button"
          aria-expanded={hasMenu}
          aria-controls="navigation"
          onClick={() => setHasMenu(!hasMenu)}
        >
          Menu
        </button>
        <a className="brand" href="#/">
          ariflow
        </a>
        <StreamState />
        <div className="buttons">
          <button
            type="button"
            aria-expanded={isOpen}
            aria-controls="phone"
            onClick={() => dock.update({ isOpen: !isOpen })}
          >
            Phone
          </button>
          <ThemeChoice />
          <button type="button" onClick={() => void leave()}>
            Sign out
          </button>
        </div>
      </header>
      <nav id="navigation" className={hasMenu ? 'open' : ''} aria-label="Pages">
        <Entry href="/" text="Live" isCurrent={page === ''} />
        {groups.map((group) => (
          <section key={group}>
            <h2>{group}</h2>
            {resources
              .filter((resource) => resource.group === group)
              .map(({ path, title }) => (
                <Entry key={path} href={`/${path}`} text={title} isCurrent={page === path} />
              ))}
            {group === 'Around' && <Entry href="/system" text="System" isCurrent={page === 'system'} />}
          </section>
        ))}
      </nav>
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
      {isOpen && (
        <aside id="phone" aria-label="Phone">
          <Failing place="">
            <Suspense fallback={<Waiting />}>
              <Phone offer={session.phone} />
            </Suspense>
          </Failing>
        </aside>
      )}
    </div>
  );
}

const groups = [...new Set(resources.map(({ group }) => group))];

function Entry({
  href,
  text,
  isCurrent,
}: {
  readonly href: string;
  readonly text: string;
  readonly isCurrent: boolean;
}) {
  return (
    <a href={`#${href}`} aria-current={isCurrent ? 'page' : undefined}>
      {text}
    </a>
  );
}

const words = { connecting: 'connecting …', open: 'live', lost: 'connection lost, trying again' };

function StreamState() {
  const state = useStore(stream);
  return (
    <span className={`stream ${state}`} role="status">
      {words[state]}
    </span>
  );
}

function ThemeChoice() {
  const [theme, setTheme] = useState(themeNow);
  const choose = (next: Theme): void => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <select aria-label="Colours" value={theme} onChange={({ target }) => choose(target.value as Theme)}>
      <option value="system">System</option>
      <option value="light">Light</option>
      <option value="dark">Dark</option>
    </select>
  );
}

/** The phone says goodbye first: with the session its socket goes. */
async function leave(): Promise<void> {
  await dock.value.hangUpAll?.();
  await signOut();
}
