import { callWith } from '../phone/dock.ts';
import { SaveMenu } from './save-menu.tsx';
import type { Flow } from './stored-flow.ts';
import type { Editing } from './use-draft.ts';
import type { Saving } from './use-saving.ts';

/** What may be open beside the flow. */
export type Pane = 'JSON' | 'Simulate' | undefined;

interface EditorBarProps {
  readonly flow: Flow;
  readonly editing: Editing;
  readonly saving: Saving;
  readonly pane: Pane;
  readonly onPane: (pane: Pane) => void;
  readonly onArrange: () => void;
  readonly onSettings: () => void;
  readonly onRevisions: () => void;
}

/** The name of a flow, and what can be done with all of it. */
export function EditorBar(props: EditorBarProps) {
  const { flow, editing, saving, pane, onPane, onArrange, onSettings, onRevisions } = props;
  const {
    draft: { name, items },
    isChanged,
    change,
  } = editing;
  const isStored = flow.id !== '' && !isChanged;
  const opens = (which: 'JSON' | 'Simulate') => ({
    type: 'button' as const,
    'aria-pressed': pane === which,
    onClick: () => onPane(pane === which ? undefined : which),
  });
  return (
    <div className="editor-bar">
      <label className="unseen" htmlFor="flow-name">
        Name of the flow
      </label>
      <input
        id="flow-name"
        className="flow-name"
        placeholder="Name of the flow"
        value={name}
        maxLength={255}
        onChange={({ target }) => change({ name: target.value }, 'name')}
      />
      <div className="buttons">
        <button type="button" disabled={!editing.canUndo} onClick={editing.undo}>
          Undo
        </button>
        <button type="button" disabled={!editing.canRedo} onClick={editing.redo}>
          Redo
        </button>
        <button type="button" onClick={onArrange}>
          Arrange
        </button>
        <button {...opens('JSON')}>JSON</button>
        <button type="button" onClick={onSettings}>
          Settings
        </button>
        <button type="button" disabled={!isStored} onClick={onRevisions}>
          Revisions
        </button>
        <button {...opens('Simulate')} disabled={items.length === 0}>
          Simulate
        </button>
        <button
          type="button"
          disabled={!isStored}
          title={isChanged ? 'Save it first' : undefined}
          onClick={() => callWith({ kind: 'flow', id: flow.id, name })}
        >
          Call this flow
        </button>
        <SaveMenu
          isChanged={isChanged}
          onSave={() => void saving.save()}
          onDuplicate={() => void saving.saveAndDuplicate()}
          onCreate={() => void saving.saveAndCreate()}
          onCancel={() => void saving.cancel()}
        />
      </div>
    </div>
  );
}
