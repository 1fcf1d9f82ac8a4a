import { useEffect, useRef, useState } from 'react';
import { durationText } from '../lib/format.ts';
import { useNewest } from '../lib/queries.ts';
import { access, type Session } from '../lib/session.ts';
import { useStore } from '../lib/store.ts';
import { useNow } from '../parts/bits.tsx';
import { ThingField } from '../parts/thing-select.tsx';
import { type Callee, dock } from './dock.ts';
import { type Line, Phone } from './phone.ts';

/** There is one, whatever page is shown. */
const phone = new Phone();

// A tab that is closed hangs up nothing by itself.
window.addEventListener('pagehide', () => void phone.stop());

// Nor does a session that is over.
access.subscribe(() => {
  if (access.value.state === 'out') void phone.stop();
});

export function PhonePanel({ offer }: { readonly offer: Session['phone'] }) {
  const { state, extension, isLocalOnly, message, line } = useStore(phone.state);
  const { wanted } = useStore(dock);
  const isReady = state === 'ready';

  useEffect(() => {
    if (!offer.available) return;
    void phone.start();
    dock.update({ hangUpAll: () => phone.stop() });
  }, [offer.available]);

  useEffect(() => {
    if (!wanted || !isReady) return;
    dock.update({ wanted: undefined });
    void phone.call(wanted);
  }, [wanted, isReady]);

  if (!offer.available)
    return (
      <section className="phone">
        <h2>Phone</h2>
        <p className="notice">{offer.reason}</p>
      </section>
    );
  return (
    <section className="phone">
      <h2>
        Phone {extension !== '' && <small>{extension}</small>}
        <span className={`dot ${state}`} title={words[state]} />
        <span className="unseen">{words[state]}</span>
      </h2>
      {line ? <Talk line={line} /> : <Dial isReady={isReady} />}
      {state === 'lost' && (
        <p className="notice" role="status">
          No connection to the daemon. It is tried again{line ? ', and the call goes on' : ''}.
        </p>
      )}
      {message !== '' && (
        <p className="notice" role="status">
          {message}
        </p>
      )}
      {isLocalOnly && !line && <p className="hint">What is said reaches browsers on this machine only.</p>}
    </section>
  );
}

const words = {
  starting: 'is being registered',
  ready: 'is ready',
  lost: 'has no connection',
  failed: 'does not work',
};

interface FlowEntry {
  readonly id: string;
  readonly name: string;
}

function Dial({ isReady }: { readonly isReady: boolean }) {
  const [number, setNumber] = useState('100');
  const [flowId, setFlowId] = useState('');
  const flows = useNewest<FlowEntry>('/v1.0/flows').data?.result ?? [];
  const { name = flowId } = flows.find(({ id }) => id === flowId) ?? {};
  const callee: Callee =
    flowId === '' ? { kind: 'number', number: number.trim() } : { kind: 'flow', id: flowId, name };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void phone.call(callee);
      }}
    >
      <ThingField
        of="flows"
        label="Flow"
        name="Flow"
        value={flowId}
        none="by its number"
        onChange={setFlowId}
      />
      {flowId === '' && (
        <label>
          Number
          <input
            value={number}
            inputMode="tel"
            autoComplete="off"
            pattern="[0-9A-Za-z+*#_.\-]{1,64}"
            required
            onChange={({ target }) => setNumber(target.value)}
          />
        </label>
      )}
      <button type="submit" className="primary" disabled={!isReady}>
        Call
      </button>
    </form>
  );
}

function Talk({ line }: { readonly line: Line }) {
  const isTalking = line.state === 'talking';
  useDigitKeys(isTalking);
  return (
    <div className="talk">
      <p className="party">
        <strong>{line.party}</strong>
        <span>
          {isTalking ? (
            <Elapsed since={line.since} />
          ) : line.state === 'rung' ? (
            'is calling you'
          ) : (
            'is being called'
          )}
        </span>
      </p>
      <Meter />
      {isTalking && (
        <>
          <fieldset className="keypad">
            <legend className="unseen">Digits</legend>
            {[...'123456789*0#'].map((digit) => (
              <button key={digit} type="button" onClick={() => phone.digit(digit)}>
                {digit}
              </button>
            ))}
          </fieldset>
          <p className="digits">
            <span className="unseen">Digits that were sent: </span>
            {line.digits}
          </p>
        </>
      )}
      <div className="buttons">
        {line.state === 'rung' && (
          <button type="button" className="primary" onClick={() => void phone.answer()}>
            Answer
          </button>
        )}
        {isTalking && (
          <>
            <button type="button" aria-pressed={line.isMuted} onClick={() => phone.setMuted(!line.isMuted)}>
              Mute
            </button>
            <button type="button" aria-pressed={line.isHeld} onClick={() => phone.setHeld(!line.isHeld)}>
              Hold
            </button>
          </>
        )}
        <button type="button" className="danger" onClick={() => phone.hangUp()}>
          {line.state === 'rung' ? 'Decline' : 'Hang up'}
        </button>
      </div>
    </div>
  );
}

function Elapsed({ since }: { readonly since: number }) {
  return <span className="number">{durationText(useNow() - since)}</span>;
}

/** Of what is heard, thirty times a second at most; it is not rendered anew for that. */
function Meter() {
  const meter = useRef<HTMLMeterElement>(null);
  useEffect(() => {
    let frame = 0;
    const show = (): void => {
      if (meter.current) meter.current.value = phone.level.now();
      frame = requestAnimationFrame(show);
    };
    show();
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <label className="meter">
      Heard
      <meter ref={meter} min={0} max={1} />
    </label>
  );
}

/** Digits by the keyboard, unless something is being written. */
function useDigitKeys(isTalking: boolean): void {
  useEffect(() => {
    if (!isTalking) return undefined;
    const press = ({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): void => {
      const isWriting =
        target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]');
      if (/^[0-9*#]$/.test(key) && !isWriting && !ctrlKey && !metaKey && !altKey) phone.digit(key);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [isTalking]);
}
