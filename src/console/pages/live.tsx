import { memo, useState } from 'react';
import { request } from '../lib/api.ts';
import type { Call } from '../lib/calls-now.ts';
import { actionTitle, addressText, instantOf } from '../lib/format.ts';
import { liveCalls } from '../lib/live-calls.ts';
import { useStore } from '../lib/store.ts';
import { Empty, Heading, Party, Pill, Scroll, Since } from '../parts/bits.tsx';
import { CallCommands } from '../parts/call-commands.tsx';
import { attempt } from '../parts/toasts.tsx';
import { callWith } from '../phone/dock.ts';

/** Calls now. Of many the newest are shown: nobody reads a thousand rows that change. */
const most = 200;

export function Live() {
  const calls = useStore(liveCalls);
  const [search, setSearch] = useState('');
  const found = [...calls.values()].filter(
    (call) => search === '' || textOf(call).includes(search.toLowerCase()),
  );
  const shown = found.sort(newestFirst).slice(0, most);
  return (
    <>
      <Heading title="Live">
        <button type="button" onClick={() => callWith({ kind: 'number', number: '100' })}>
          Call 100
        </button>
      </Heading>
      <div className="filters">
        <label>
          Search
          <input type="search" value={search} onChange={({ target }) => setSearch(target.value)} />
        </label>
        <p role="status">
          <strong className="number">{calls.size}</strong> {calls.size === 1 ? 'call' : 'calls'} now
          {found.length > most && `, the newest ${most} of ${found.length} shown`}
        </p>
      </div>
      {shown.length === 0 ? (
        <Empty>
          {calls.size === 0
            ? 'Nobody is talking. Call 100 with the phone of this page.'
            : 'No call is like that.'}
        </Empty>
      ) : (
        <Scroll name="Calls now">
          <table className="live">
            <thead>
              <tr>
                <th scope="col">From</th>
                <th scope="col">To</th>
                <th scope="col">State</th>
                <th scope="col">Action</th>
                <th scope="col">Time</th>
                <th scope="col">Do</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((call) => (
                <Row key={call.id} call={call} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}

const Row = memo(function Row({ call }: { readonly call: Call }) {
  return (
    <tr data-call={call.id}>
      <td>
        <a href={`#/calls/${call.id}`}>
          <Party address={call.source} />
        </a>
      </td>
      <td>
        <Party address={call.destination} />
      </td>
      <td>
        <Pill text={call.status} />
        {call.held && <Pill text="held" />}
        {call.hold && <Pill text="on hold" />}
        {call.mute !== '' && <Pill text={`muted ${call.mute}`} />}
        {call.moh !== '' && <Pill text="music" />}
      </td>
      <td>{call.action.type === '' ? '–' : actionTitle(call.action.type)}</td>
      <td>
        <Since time={instantOf(call.tm_progressing) ? call.tm_progressing : call.tm_create} />
      </td>
      <td>
        <div className="buttons small">
          <CallCommands call={call} />
          <button
            type="button"
            className="danger"
            onClick={() => void attempt(() => request('POST', `/v1.0/calls/${call.id}/hangup`, {}))}
          >
            Hang up
          </button>
        </div>
      </td>
    </tr>
  );
});

function newestFirst(one: Call, other: Call): number {
  return one.tm_create < other.tm_create ? 1 : -1;
}

function textOf({ source, destination, status, action }: Call): string {
  return [addressText(source), addressText(destination), status, action.type].join(' ').toLowerCase();
}
