import { useEffect, useRef } from 'react';

interface EditorKeys {
  readonly undo: () => void;
  readonly redo: () => void;
  readonly save: () => void;
  /** Told the key of the node that has the focus. */
  readonly open: (key: string) => void;
}

/** Ctrl+Z, Ctrl+Shift+Z, Ctrl+S; Enter opens what is chosen. Fields keep their own. */
export function useEditorKeys(keys: EditorKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const { key, target } = event;
      if (!(target instanceof HTMLElement) || target.closest('dialog')) return;
      const isWriting = target.closest('input, textarea, select, [contenteditable=true]') !== null;
      const node = target.closest<HTMLElement>('.react-flow__node')?.dataset.id;
      const isCommand = event.ctrlKey || event.metaKey;
      if (isCommand && key.toLowerCase() === 's') latest.current.save();
      else if (isCommand && key.toLowerCase() === 'z' && !isWriting)
        event.shiftKey ? latest.current.redo() : latest.current.undo();
      else if (key === 'Enter' && node) latest.current.open(node);
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}
