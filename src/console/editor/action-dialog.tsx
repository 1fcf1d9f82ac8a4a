import { useMemo, useState } from 'react';
import { actionTitle } from '../lib/format.ts';
import type { Components } from '../lib/schema.ts';
import { Dialog } from '../parts/dialog.tsx';
import { type Surroundings, WithSurroundings } from '../parts/field.tsx';
import { Properties } from '../parts/property.tsx';
import { type ActionJson, actionsOf, type Catalogue, type Items, replace } from './model.ts';
import { OptionFields } from './option-fields.tsx';
import { problemsOf } from './problems.ts';
import { useVerdict } from './verdict.ts';

interface ActionDialogProps {
  readonly items: Items;
  readonly itemKey: string;
  readonly catalogue: Catalogue;
  readonly components: Components;
  readonly onDone: (action: ActionJson) => void;
  readonly onCancel: () => void;
  readonly onRemove: () => void;
}

/** What an action does, as a form made of its schema. Nothing is changed before it is done. */
export function ActionDialog(props: ActionDialogProps) {
  const { items, itemKey, catalogue, components, onDone, onCancel, onRemove } = props;
  const index = items.findIndex(({ key }) => key === itemKey);
  const [before] = useState<ActionJson | undefined>(items[index]?.action);
  const [draft, setDraft] = useState(before);
  const candidate = useMemo(
    () => actionsOf(draft ? replace(items, itemKey, draft, catalogue) : items),
    [items, itemKey, draft, catalogue],
  );
  const verdict = useVerdict(candidate);
  if (!draft) return null;
  const schema = catalogue.get(draft.type);
  const problems = problemsOf(verdict.problems, candidate, index);
  const around: Surroundings = {
    components,
    problems,
    actionIds: items.flatMap(({ key, action }) => (action.id && key !== itemKey ? [action.id] : [])),
    targets: ['next_id', 'on_error_id', ...(schema?.['x-targets'] ?? []).map((target) => `option.${target}`)],
  };
  return (
    <Dialog title={actionTitle(draft.type)} onClose={onCancel} isWide>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onDone(draft);
        }}
      >
        <p className="hint">{schema?.description?.replaceAll('`', '')}</p>
        <WithSurroundings around={around}>
          <OptionFields
            type={draft.type}
            schema={schema}
            before={before?.option ?? {}}
            value={draft.option ?? {}}
            onChange={(option) => setDraft({ ...draft, option })}
          />
          <details>
            <summary>Id, and where it goes on</summary>
            <Properties
              path=""
              properties={waysOnly(schema?.properties ?? {})}
              required={[]}
              value={draft}
              onChange={(next) => setDraft({ ...next, type: draft.type })}
            />
          </details>
        </WithSurroundings>
        {problems.length > 0 && (
          <p className="notice bad" role="status">
            {problems.length === 1 ? 'One thing is' : `${problems.length} things are`} to be mended:{' '}
            {problems[0]?.path} {problems[0]?.message}
          </p>
        )}
        <div className="buttons">
          <button type="button" className="danger" onClick={onRemove}>
            Remove
          </button>
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
          <button type="submit" className="primary">
            Done
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function waysOnly<T>({ id, next_id, on_error_id }: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return { ...(id && { id }), ...(next_id && { next_id }), ...(on_error_id && { on_error_id }) };
}
