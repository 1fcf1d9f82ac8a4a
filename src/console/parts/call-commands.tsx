import { useState } from 'react';
import { request } from '../lib/api.ts';
import type { Call } from '../lib/calls-now.ts';
import { useNewest } from '../lib/queries.ts';
import { Dialog } from './dialog.tsx';
import { ThingField } from './thing-select.tsx';
import { attempt } from './toasts.tsx';

type Command = 'talk' | 'play' | 'redirect';

const titles: Readonly<Record<Command, string>> = { talk: 'Talk', play: 'Play', redirect: 'Redirect' };

/** What can be ordered of a live call, beside hanging up. */
export function CallCommands({ call }: { readonly call: Call }) {
  const [asking, setAsking] = useState<Command>();
  const isAnswered = call.status === 'progressing';
  const path = `/v1.0/calls/${call.id}`;
  return (
    <>
      <button
        type="button"
        disabled={!isAnswered}
        aria-pressed={call.held}
        onClick={() => void attempt(() => request(call.held ? 'DELETE' : 'POST', `${path}/hold`, {}))}
      >
        {call.held ? 'Unhold' : 'Hold'}
      </button>
      {(['talk', 'play', 'redirect'] as const).map((command) => (
        <button key={command} type="button" disabled={!isAnswered} onClick={() => setAsking(command)}>
          {titles[command]}
        </button>
      ))}
      {asking && <Order command={asking} path={path} onClose={() => setAsking(undefined)} />}
    </>
  );
}

interface OrderProps {
  readonly command: Command;
  readonly path: string;
  readonly onClose: () => void;
}

function Order({ command, path, onClose }: OrderProps) {
  const [text, setText] = useState('');
  const order = async (): Promise<void> => {
    const isDone = await attempt(
      () => request('POST', `${path}/${command}`, bodyOf(command, text)),
      'It is being done.',
    );
    if (isDone) onClose();
  };
  return (
    <Dialog title={titles[command]} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void order();
        }}
      >
        {command === 'talk' && (
          <label>
            What is said
            <textarea required rows={3} value={text} onChange={({ target }) => setText(target.value)} />
          </label>
        )}
        {command === 'play' && <SoundChoice value={text} onChange={setText} />}
        {command === 'redirect' && (
          <ThingField
            of="flows"
            label="Flow"
            name="Flow"
            value={text}
            none="Choose one"
            isRequired
            onChange={setText}
          />
        )}
        <div className="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="primary">
            {titles[command]}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function bodyOf(command: Command, text: string): object {
  if (command === 'talk') return { text };
  return command === 'play' ? { stream_urls: [text] } : { flow_id: text };
}

interface ChoiceProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function SoundChoice({ value, onChange }: ChoiceProps) {
  const sounds = useNewest<{ readonly id: string; readonly name: string }>('/v1.0/sounds').data?.result ?? [];
  return (
    <label>
      An address, or a sound: <code>sound:…</code>
      <input list="sounds" required value={value} onChange={({ target }) => onChange(target.value)} />
      <datalist id="sounds">
        {sounds.map(({ id, name }) => (
          <option key={id} value={`sound:${name}`} />
        ))}
      </datalist>
    </label>
  );
}
