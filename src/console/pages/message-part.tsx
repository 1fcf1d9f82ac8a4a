import { useState } from 'react';
import { request } from '../lib/api.ts';
import { type Address, timeText } from '../lib/format.ts';
import { changed, useNewest } from '../lib/queries.ts';
import { Party, Pill } from '../parts/bits.tsx';
import { attempt } from '../parts/toasts.tsx';
import type { SpecialProps } from './special-props.ts';

/** As `GET /v1.0/messages/{id}` answers. */
interface Message {
  readonly id: string;
  readonly direction: 'inbound' | 'outbound';
  readonly source: Address;
  readonly targets: readonly {
    readonly destination: Address;
    readonly status: string;
    readonly reason: string;
    readonly conversation_id: string;
  }[];
  readonly text: string;
  readonly tm_create: string;
}

const path = '/v1.0/messages';

/** What two have written to each other, the newest last, and how it goes on. */
export function MessagePart({ thing }: SpecialProps) {
  const message = thing as unknown as Message; // the page of one
  const [target] = message.targets;
  const conversation = target?.conversation_id ?? '';
  const other = message.direction === 'inbound' ? message.source : target?.destination;
  const parameters = new URLSearchParams({ number: other?.target ?? '', page_size: '50' });
  const { data } = useNewest<Message>(path, parameters.toString());
  const isOfIt = ({ targets }: Message): boolean =>
    targets.some(({ conversation_id }) => conversation_id === conversation);
  const found = (data?.result ?? []).filter(isOfIt).toReversed();
  const written = found.some(({ id }) => id === message.id) ? found : [message, ...found];
  if (!other) return null;
  return (
    <section className="card">
      <h2>
        Conversation with <Party address={other} />
      </h2>
      <ul className="said">
        {written.map((each) => (
          <li key={each.id} className={each.direction === 'outbound' ? 'out' : 'in'}>
            <span className="soft">{timeText(each.tm_create)}</span>
            <div>
              <p className="typed">
                <bdi>{each.text}</bdi>
              </p>
              <Fate message={each} conversation={conversation} />
            </div>
          </li>
        ))}
      </ul>
      <Answer conversation={conversation} />
    </section>
  );
}

/** What became of it, unless all is well. */
function Fate({ message, conversation }: { readonly message: Message; readonly conversation: string }) {
  const target = message.targets.find(({ conversation_id }) => conversation_id === conversation);
  if (!target || message.direction === 'inbound') return null;
  return (
    <span className="soft">
      <Pill text={target.status} /> {target.reason}
    </span>
  );
}

function Answer({ conversation }: { readonly conversation: string }) {
  const [text, setText] = useState('');
  const [isBusy, setBusy] = useState(false);
  const send = async (): Promise<void> => {
    setBusy(true);
    const address = `/v1.0/conversations/${conversation}/messages`;
    if (await attempt(() => request('POST', address, { text }))) setText('');
    setBusy(false);
    changed(path);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div className="field">
        <label htmlFor="answer">Answer</label>
        <textarea
          id="answer"
          rows={2}
          required
          maxLength={8_192}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </div>
      <div className="buttons">
        <button type="submit" disabled={isBusy || text.trim() === ''}>
          Send
        </button>
      </div>
    </form>
  );
}
