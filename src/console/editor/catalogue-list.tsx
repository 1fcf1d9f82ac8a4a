import { memo, useId, useState } from 'react';
import { actionTitle } from '../lib/format.ts';
import { groupOf, groups } from './groups.ts';
import type { Catalogue } from './model.ts';

/** What is carried while an action is dragged. */
export const dragged = 'application/x-ariflow-action';

interface CatalogueListProps {
  readonly catalogue: Catalogue;
  /** Chosen without dragging. */
  readonly onChoose: (type: string) => void;
}

/** All actions by group, to be dragged into the flow, or chosen by a click or a key. */
export const CatalogueList = memo(function CatalogueList({ catalogue, onChoose }: CatalogueListProps) {
  const [search, setSearch] = useState('');
  const id = useId();
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...catalogue].filter(([type, { description = '' }]) => {
    const text = `${type} ${actionTitle(type)} ${description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <section className="catalogue" aria-label="Catalogue of actions">
      <label htmlFor={id} className="unseen">
        Search actions
      </label>
      <input
        id={id}
        type="search"
        placeholder="Search actions"
        value={search}
        onChange={({ target }) => setSearch(target.value)}
      />
      {Object.keys(groups).map((group) => {
        const members = found.filter(([type]) => groupOf(type) === group);
        return (
          members.length > 0 && (
            <details key={group} open>
              <summary>{group}</summary>
              {members.map(([type, { description = '' }]) => (
                <button
                  key={type}
                  type="button"
                  draggable
                  title={description}
                  data-action={type}
                  onClick={() => onChoose(type)}
                  onDragStart={({ dataTransfer }) => {
                    dataTransfer.setData(dragged, type);
                    dataTransfer.effectAllowed = 'copy';
                  }}
                >
                  {actionTitle(type)}
                </button>
              ))}
            </details>
          )
        );
      })}
      {found.length === 0 && <p className="empty">No action is like that.</p>}
    </section>
  );
});
