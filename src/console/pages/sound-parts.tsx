import { type FormEvent, useState } from 'react';
import { query, request } from '../lib/api.ts';
import { changed } from '../lib/queries.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Player } from '../parts/player.tsx';
import { attempt } from '../parts/toasts.tsx';
import type { SpecialProps } from './special-props.ts';

const path = '/v1.0/sounds';
const accepted = '.wav,.mp3,.ogg,audio/wav,audio/mpeg,audio/ogg';

export function SoundPart({ thing: { id, name, sha256 } }: SpecialProps) {
  const replace = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    await attempt(() => request('PUT', `${path}/${id}/audio`, file), 'It is replaced.');
    changed(path);
  };
  return (
    <section className="card">
      {/* Another one's sum makes it another one. */}
      <Player
        key={String(sha256)}
        address={`${path}/${id}/audio?${String(sha256).slice(0, 8)}`}
        name={String(name)}
      />
      <label>
        Replace it by
        <input type="file" accept={accepted} onChange={({ target }) => void replace(target.files?.[0])} />
      </label>
    </section>
  );
}

export function SoundUpload() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button type="button" className="primary" onClick={() => setIsOpen(true)}>
        Upload a sound
      </button>
      {isOpen && <Upload onClose={() => setIsOpen(false)} />}
    </>
  );
}

function Upload({ onClose }: { readonly onClose: () => void }) {
  const send = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const parameters = query({
      name: String(given.get('name')),
      language: String(given.get('language')),
      detail: String(given.get('detail')),
    });
    const isDone = await attempt(
      () => request('POST', `${path}${parameters}`, given.get('file')),
      'It is there.',
    );
    changed(path);
    if (isDone) onClose();
  };
  return (
    <Dialog title="Upload a sound" onClose={onClose}>
      <form onSubmit={(event) => void send(event)}>
        <label>
          File: WAV, MP3 or Ogg
          <input type="file" name="file" accept={accepted} required />
        </label>
        <label>
          Name, which flows say behind <code>sound:</code>
          <input name="name" required autoComplete="off" />
        </label>
        <label>
          Language, where there is one of it in several
          <input name="language" placeholder="en-US" autoComplete="off" />
        </label>
        <label>
          Note
          <input name="detail" autoComplete="off" />
        </label>
        <div className="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="primary">
            Upload
          </button>
        </div>
      </form>
    </Dialog>
  );
}
