import { lazy, Suspense, useEffect } from 'react';
import { Route, Router, Switch } from 'wouter';
import { watchEvents } from './lib/events.ts';
import { followCalls } from './lib/live-calls.ts';
import { useLocation, usePlace } from './lib/router.ts';
import { access, type Session } from './lib/session.ts';
import { useStore } from './lib/store.ts';
import { Live } from './pages/live.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { Waiting } from './parts/bits.tsx';
import { Failing } from './parts/failing.tsx';
import { Frame } from './parts/frame.tsx';
import { Toasts } from './parts/toasts.tsx';

const Editor = lazy(async () => ({ default: (await import('./editor/page.tsx')).EditorPage }));
const CallPage = lazy(async () => ({ default: (await import('./pages/call.tsx')).CallPage }));
const ResourceList = lazy(async () => ({
  default: (await import('./pages/resource-list.tsx')).ResourceList,
}));
const ResourcePage = lazy(async () => ({
  default: (await import('./pages/resource-page.tsx')).ResourcePage,
}));
const SystemPage = lazy(async () => ({ default: (await import('./pages/system.tsx')).SystemPage }));

export function App() {
  const now = useStore(access);
  return (
    <>
      {now.state === 'asking' && <Waiting />}
      {now.state === 'out' && <SignIn message={now.message} />}
      {now.state === 'in' && <Console session={now.session} />}
      <Toasts />
    </>
  );
}

function Console({ session }: { readonly session: Session }) {
  const place = usePlace();
  useEffect(() => {
    const stopCalls = followCalls();
    const stopEvents = watchEvents();
    return () => {
      stopCalls();
      stopEvents();
    };
  }, []);
  return (
    <Router hook={useLocation}>
      <Frame session={session}>
        <Failing place={place}>
          <Suspense fallback={<Waiting />}>
            <Switch>
              <Route path="/">
                <Live />
              </Route>
              <Route path="/system">
                <SystemPage session={session} />
              </Route>
              <Route path="/calls/:id">{({ id }) => <CallPage id={id} />}</Route>
              <Route path="/flows/:id/call/:call">
                {({ id, call }) => <Editor key={id} id={id} callId={call} />}
              </Route>
              <Route path="/flows/:id">{({ id }) => <Editor key={id} id={id} />}</Route>
              <Route path="/:kind">{({ kind }) => <ResourceList key={kind} kind={kind} />}</Route>
              <Route path="/:kind/:id">
                {({ kind, id }) => <ResourcePage key={`${kind}/${id}`} kind={kind} id={id} />}
              </Route>
              <Route>
                <p className="empty">There is no such page.</p>
              </Route>
            </Switch>
          </Suspense>
        </Failing>
      </Frame>
    </Router>
  );
}
