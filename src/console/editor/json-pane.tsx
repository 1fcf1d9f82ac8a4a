import { json } from '@codemirror/lang-json';
import { basicSetup, EditorView } from 'codemirror';
import { useEffect, useRef, useState } from 'react';
import { nonce } from '../lib/nonce.ts';
import type { ActionJson } from './model.ts';
import { readActions } from './read-actions.ts';

interface JsonPaneProps {
  readonly actions: readonly ActionJson[];
  /** Told when what is written is a list of actions. */
  readonly onChange: (actions: readonly ActionJson[]) => void;
}

/** The same flow as JSON; either is changed by the other. */
export function JsonPane({ actions, onChange }: JsonPaneProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const [message, setMessage] = useState('');
  const latest = useRef({ actions, onChange });
  latest.current = { actions, onChange };

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
          setMessage(typeof read === 'string' ? read : '');
          if (typeof read !== 'string') latest.current.onChange(read);
        }),
      ],
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const text = editor.state.doc.toString();
    const read = readActions(text);
    // What is being written says the same already, in its own way.
    if (typeof read !== 'string' && JSON.stringify(read) === JSON.stringify(actions)) return;
    if (editor.hasFocus && typeof read === 'string') return;
    editor.dispatch({ changes: { from: 0, to: text.length, insert: written(actions) } });
    setMessage('');
  }, [actions]);

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
