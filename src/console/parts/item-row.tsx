import { type ReactNode, useState } from 'react';

interface ItemRowProps {
  /** What it is: `Header 2`. */
  readonly name: string;
  /** What it has, where it can be folded. */
  readonly value: unknown;
  readonly isOpen: boolean;
  readonly onRemove: () => void;
  readonly children: ReactNode;
}

/** One of several rows, which can be taken out; folded it says in a line what is in it. */
export function ItemRow({ name, value, isOpen: wasOpen, onRemove, children }: ItemRowProps) {
  const [isOpen, setIsOpen] = useState(wasOpen);
  const isFoldable = value !== undefined;
  return (
    <div className={isFoldable ? 'row foldable' : 'row'}>
      {isFoldable ? (
        <div>
          <button type="button" className="fold" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            {name}
            {!isOpen && <span className="soft"> {inShort(value)}</span>}
          </button>
          {isOpen && children}
        </div>
      ) : (
        children
      )}
      <RemoveButton name={name} onRemove={onRemove} />
    </div>
  );
}

function RemoveButton({ name, onRemove }: { readonly name: string; readonly onRemove: () => void }) {
  return (
    <button type="button" className="plain" aria-label={`Remove ${name}`} onClick={onRemove}>
      ×
    </button>
  );
}

const longest = 60;

/** `X-Clinic: 7` */
function inShort(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  const texts = Object.values(value).filter((each) => typeof each === 'string' || typeof each === 'number');
  return shortened(texts.slice(0, 2).join(': '));
}

/** As much of a text as there is room for in a line. */
export function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)} …` : text;
}
