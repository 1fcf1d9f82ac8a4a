import { useState } from 'react';
import { request } from '../lib/api.ts';
import { timeText } from '../lib/format.ts';
import { changed, useRead } from '../lib/queries.ts';
import { Waiting, Wrong } from '../parts/bits.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { attempt } from '../parts/toasts.tsx';
import { DifferenceView } from './difference-view.tsx';
import { type Flow, path } from './stored-flow.ts';

interface Revision {
  readonly revision: number;
  readonly name: string;
  readonly tm_create: string;
}

interface RevisionsProps {
  readonly flowId: string;
  /** Of what is being edited. */
  readonly now: number;
  /** The one that this is compared with at first; none where missing. */
  readonly before?: number | undefined;
  readonly onClose: () => void;
  /** Told the flow as it is then. */
  readonly onRestored: (flow: Flow) => Promise<void>;
}

/** From which to which. */
interface Compared {
  readonly before: number;
  readonly after: number;
}

/** What a flow was before, and what has changed since; it can be so again, by a new revision. */
export function Revisions({ flowId, now, before, onClose, onRestored }: RevisionsProps) {
  const address = `${path}/${flowId}/revisions`;
  const { data, error } = useRead<{ readonly result: readonly Revision[] }>(path, address);
  const [isBusy, setIsBusy] = useState(false);
  const [compared, setCompared] = useState<Compared | undefined>(
    before === undefined ? undefined : { before, after: now },
  );
  const restore = async (revision: number): Promise<void> => {
    setIsBusy(true);
    const headers = { 'if-match': `"${now}"` };
    await attempt(
      async () => onRestored(await request<Flow>('POST', `${address}/${revision}/restore`, {}, { headers })),
      `It is as in revision ${revision}.`,
    );
    changed(path);
    setIsBusy(false);
  };
  return (
    <Dialog title="Revisions" onClose={onClose} isWide>
      {error && <Wrong error={error} />}
      {!data && !error && <Waiting />}
      <table>
        <tbody>
          {data?.result.map(({ revision, name, tm_create }) => (
            <tr key={revision}>
              <th scope="row">{revision}</th>
              <td>{name}</td>
              <td>{timeText(tm_create)}</td>
              <td>
                {revision === now ? (
                  'this one'
                ) : (
                  <div className="buttons">
                    <button type="button" onClick={() => setCompared({ before: revision, after: now })}>
                      Compare
                    </button>
                    <button type="button" disabled={isBusy} onClick={() => void restore(revision)}>
                      Restore
                    </button>
                  </div>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {data && compared && (
        <>
          <p className="compared">
            {(['before', 'after'] as const).map((end) => (
              <label key={end}>
                {end === 'before' ? 'From' : 'to'} revision{' '}
                <select
                  value={compared[end]}
                  onChange={({ target }) => setCompared({ ...compared, [end]: Number(target.value) })}
                >
                  {data.result.map(({ revision }) => (
                    <option key={revision}>{revision}</option>
                  ))}
                </select>
              </label>
            ))}
          </p>
          <DifferenceView flowId={flowId} {...compared} />
        </>
      )}
    </Dialog>
  );
}
