import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';

export interface Tab {
  readonly name: string;
  /** How many things on it are to be mended. */
  readonly problems: number;
  readonly content: ReactNode;
}

/** Parts of which one is seen. The others are there all the same: what is open in them, or half written, stays so. */
export function Tabs({ name, tabs }: { readonly name: string; readonly tabs: readonly Tab[] }) {
  const id = useId();
  const [chosen, setChosen] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const walk = (event: KeyboardEvent): void => {
    const { length } = tabs;
    const places: Readonly<Record<string, number>> = {
      ArrowRight: (chosen + 1) % length,
      ArrowLeft: (chosen + length - 1) % length,
      Home: 0,
      End: length - 1,
    };
    const place = places[event.key];
    if (place === undefined) return;
    event.preventDefault();
    setChosen(place);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[place]?.focus();
  };
  return (
    <>
      <div ref={list} className="tabs" role="tablist" aria-label={name}>
        {tabs.map((tab, index) => (
          <button
            key={tab.name}
            type="button"
            role="tab"
            id={`${id}-tab-${index}`}
            aria-controls={`${id}-panel-${index}`}
            aria-selected={index === chosen}
            tabIndex={index === chosen ? 0 : -1}
            onClick={() => setChosen(index)}
            onKeyDown={walk}
          >
            {tab.name}
            {tab.problems > 0 && <span className="wrong"> {tab.problems} to mend</span>}
          </button>
        ))}
      </div>
      {tabs.map((tab, index) => (
        <div
          key={tab.name}
          role="tabpanel"
          id={`${id}-panel-${index}`}
          aria-labelledby={`${id}-tab-${index}`}
          hidden={index !== chosen}
        >
          {tab.content}
        </div>
      ))}
    </>
  );
}
