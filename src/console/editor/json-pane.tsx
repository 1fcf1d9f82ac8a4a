import { json } from '@codemirror/lang-json';
import { basicSetup, EditorView } from 'codemirror';
import { useEffect, useRef, useState } from 'react';
import { nonce } from '../lib/nonce.ts';
import { useSame } from '../lib/use-same.ts';
import type { ActionJson } from './model.ts';
import { readActions } from './read-actions.ts';

interface JsonPaneProps {
  readonly actions: readonly ActionJson[];
  /** Told when what is written is a list of actions. */
  readonly onChange: (actions: readonly ActionJson[]) => void;
  /** Told what is wrong with what is written, which is then in no flow; '' when nothing is. */
  readonly onUnread: (message: string) => void;
}

/** The same flow as JSON; either is changed by the other. */
export function JsonPane({ actions, onChange, onUnread }: JsonPaneProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const [message, setMessage] = useState('');
  const latest = useRef({ actions, onChange, onUnread });
  latest.current = { actions, onChange, onUnread };
  const say = useSame((text: string) => {
    setMessage(text);
    onUnread(text);
  });

  useEffect(() => {
    const editor = new EditorView({
      doc: written(latest.current.actions),
      parent: place.current ?? document.body,
      extensions: [
        basicSetup,
        json(),
        EditorView.lineWrapping,
        EditorView.cspNonce.of(nonce()),
        EditorView.contentAttributes.of({ 'aria-label': 'The flow as JSON' }),
        EditorView.updateListener.of(({ docChanged, state, view: { hasFocus } }) => {
          if (!docChanged || !hasFocus) return;
          const read = readActions(state.doc.toString());
          say(typeof read === 'string' ? read : '');
          if (typeof read !== 'string') latest.current.onChange(read);
        }),
      ],
    });
    view.current = editor;
    return () => {
      editor.destroy();
      latest.current.onUnread('');
    };
  }, [say]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const text = editor.state.doc.toString();
    const read = readActions(text);
    // What is being written says the same already, in its own way.
    if (typeof read !== 'string' && JSON.stringify(read) === JSON.stringify(actions)) return;
    if (editor.hasFocus && typeof read === 'string') return;
    editor.dispatch({ changes: { from: 0, to: text.length, insert: written(actions) } });
    say('');
  }, [actions, say]);

  return (
    <section className="json-pane" aria-label="JSON">
      <div ref={place} />
      {message !== '' && (
        <p className="notice bad" role="status">
          {message}
        </p>
      )}
    </section>
  );
}

function written(actions: readonly ActionJson[]): string {
  return JSON.stringify(actions, null, 2);
}
