import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly isWide?: boolean;
}

/** The browser's own: it keeps the focus inside, closes by Escape, and gives the focus back. */
export function Dialog({ title, onClose, children, isWide = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Closed while it still stands in the page: else the focus goes nowhere.
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (!shown?.open) shown?.showModal();
    shown?.querySelector<HTMLElement>('form :is(input, select, textarea)')?.focus();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={isWide ? 'wide' : ''}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2 id={heading}>{title}</h2>
        <button type="button" className="plain" aria-label="Close" onClick={onClose}>
          ×
        </button>
      </header>
      {children}
    </dialog>
  );
}

interface Question {
  readonly title: string;
  readonly text: string;
  /** What is done: `Delete`. */
  readonly yes: string;
  readonly no?: string;
}

/** Asks, and answers whether it was confirmed. */
export function confirmed({ title, text, yes, no = 'Cancel' }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const place = document.body.appendChild(document.createElement('div'));
    const root = createRoot(place);
    const answer = (isYes: boolean) => () => {
      root.unmount();
      place.remove();
      resolve(isYes);
    };
    root.render(
      <Dialog title={title} onClose={answer(false)}>
        <p>{text}</p>
        <div className="buttons">
          <button type="button" onClick={answer(false)}>
            {no}
          </button>
          <button type="button" className="danger" onClick={answer(true)}>
            {yes}
          </button>
        </div>
      </Dialog>,
    );
  });
}
