import { useEffect, useRef, useState } from 'react';

export interface SaveMenuProps {
  readonly isChanged: boolean;
  readonly onSave: () => void;
  readonly onDuplicate: () => void;
  readonly onCreate: () => void;
  readonly onCancel: () => void;
}

/** Saving, in its several ways. It does nothing before something has changed. */
export function SaveMenu({ isChanged, onSave, onDuplicate, onCreate, onCancel }: SaveMenuProps) {
  const [isOpen, setIsOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!isOpen) return undefined;
    whole.current?.querySelector<HTMLButtonElement>('[role=menuitem]')?.focus();
    const leave = ({ target }: Event): void => {
      if (target instanceof Node && !whole.current?.contains(target)) setIsOpen(false);
    };
    document.addEventListener('pointerdown', leave);
    return () => document.removeEventListener('pointerdown', leave);
  }, [isOpen]);

  const entries = [
    ['Save changes', onSave],
    ['Save and duplicate', onDuplicate],
    ['Save and create', onCreate],
    ['Cancel', onCancel],
  ] as const;
  const walk = (event: React.KeyboardEvent): void => {
    const items = [...(whole.current?.querySelectorAll<HTMLButtonElement>('[role=menuitem]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === 'ArrowDown') items[(at + 1) % items.length]?.focus();
    else if (event.key === 'ArrowUp') items.at(at - 1)?.focus();
    else if (event.key === 'Escape') {
      setIsOpen(false);
      button.current?.focus();
    } else return;
    event.preventDefault();
  };
  return (
    <div className="menu" ref={whole}>
      <button
        ref={button}
        type="button"
        className="primary"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        disabled={!isChanged}
        onClick={() => setIsOpen(!isOpen)}
      >
        Save ▾
      </button>
      {isOpen && (
        <div role="menu" aria-label="Save" tabIndex={-1} onKeyDown={walk}>
          {entries.map(([text, act]) => (
            <button
              key={text}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                setIsOpen(false);
                act();
              }}
            >
              {text}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
