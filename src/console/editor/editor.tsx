import { ReactFlowProvider } from '@xyflow/react';
import flowStyle from '@xyflow/react/dist/style.css';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { guardLeaving } from '../lib/router.ts';
import type { Components } from '../lib/schema.ts';
import { useSame } from '../lib/use-same.ts';
import { Waiting } from '../parts/bits.tsx';
import { Failing } from '../parts/failing.tsx';
import editorStyle from '../style/editor.css';
import { ActionDialog } from './action-dialog.tsx';
import { Canvas } from './canvas.tsx';
import { CatalogueList } from './catalogue-list.tsx';
import { EditorBar, type Pane } from './editor-bar.tsx';
import { useCatalogue } from './flow.ts';
import { arranged, type Point } from './layout.ts';
import {
  actionsOf,
  allWays,
  connect,
  freeId,
  insert,
  itemsOf,
  type Place,
  remove,
  replace,
  start,
} from './model.ts';
import { NumbersDialog } from './numbers-dialog.tsx';
import type { Layout } from './positions.ts';
import { RanBefore } from './ran-before.tsx';
import { Revisions } from './revisions.tsx';
import { SettingsDialog } from './settings-dialog.tsx';
import { SimulatePane } from './simulate-pane.tsx';
import type { Flow } from './stored-flow.ts';
import { useCallWay } from './use-call-way.ts';
import { useDraft } from './use-draft.ts';
import { useEditorKeys } from './use-editor-keys.ts';
import { useKeptLayout } from './use-layout.ts';
import { useNumbers } from './use-numbers.ts';
import { useSaving } from './use-saving.ts';
import { useSimulation } from './use-simulation.ts';
import { useVerdict } from './verdict.ts';

const JsonPane = lazy(async () => ({ default: (await import('./json-pane.tsx')).JsonPane }));

interface EditorProps {
  readonly flow: Flow;
  readonly layout: Layout;
  readonly components: Components;
  /** A call whose way is shown. */
  readonly callId: string | undefined;
  /** Told when another flow is to be begun. */
  readonly onBegin: () => void;
  /** Told the flow where it was made what it had been. */
  readonly onRestored: (flow: Flow) => Promise<void>;
}

/** What is open in the form, and whether it has just been made: then cancelling takes it away again. */
interface Opened {
  readonly key: string;
  readonly isNew: boolean;
}

export function Editor({ flow, layout, components, callId, onBegin, onRestored }: EditorProps) {
  const catalogue = useCatalogue();
  const editing = useDraft(flow, catalogue, layout);
  const { draft, positions, isChanged, change, place } = editing;
  const { items, name, settings } = draft;
  const actions = useMemo(() => actionsOf(items), [items]);
  const ways = useMemo(() => allWays(items, catalogue), [items, catalogue]);
  const verdict = useVerdict(actions);
  const numbers = useNumbers(flow.id);
  const dialled = useMemo(() => numbers.map(({ number }) => number), [numbers]);
  const [selected, setSelected] = useState<string>();
  const [opened, setOpened] = useState<Opened>();
  const [pane, setPane] = useState<Pane>();
  const [dialog, setDialog] = useState<'settings' | 'revisions' | 'numbers'>();
  const [comparedWith, setComparedWith] = useState<number>();
  const callWay = useCallWay(callId, flow.id, items);
  const simulation = useSimulation(items, settings.defaults);
  const [unread, setUnread] = useState('');
  const saving = useSaving(flow, { draft, unread }, editing, onBegin);

  useEffect(() => {
    if (!isChanged) return undefined;
    return guardLeaving(() => window.confirm('Leave without saving?'));
  }, [isChanged]);
  useKeptLayout(flow.id, items, positions);
  const open = (key: string): void =>
    key === start ? setDialog('numbers') : setOpened({ key, isNew: false });
  useEditorKeys({
    undo: editing.undo,
    redo: editing.redo,
    save: () => isChanged && void saving.save(),
    open,
  });

  const add = (type: string, after: Place | undefined, point?: Point): void => {
    const action = { id: freeId(items, type), type, option: {} };
    // Dropped on the beginning it is the first, and the others follow.
    const isFirst = after?.key === start;
    const made = insert(items, action, catalogue, isFirst ? undefined : after);
    const placed = isFirst ? [...made.items.slice(-1), ...made.items.slice(0, -1)] : made.items;
    // With what is then said in its form it is one change.
    change({ items: placed }, made.key);
    if (point) place(new Map([[made.key, point]]));
    setSelected(made.key);
    setOpened({ key: made.key, isNew: true });
  };
  const choose = useSame((type: string) =>
    add(type, selected === undefined ? lastPlace(items) : { key: selected }),
  );
  const removeAll = (keys: readonly string[]): void => {
    change({ items: keys.reduce((left, key) => remove(left, key, catalogue), items) });
    setSelected(undefined);
  };
  const cancel = (): void => {
    if (opened?.isNew) editing.undo();
    setOpened(undefined);
  };
  const showRevisions = (compared?: number): void => {
    setComparedWith(compared);
    setDialog('revisions');
  };
  const { problems, warnings } = verdict;
  return (
    <>
      <link rel="stylesheet" href={flowStyle} precedence="default" />
      <link rel="stylesheet" href={editorStyle} precedence="default" />
      <EditorBar
        flow={flow}
        editing={editing}
        saving={saving}
        pane={pane}
        onPane={setPane}
        onArrange={() => place(arranged(ways))}
        onSettings={() => setDialog('settings')}
        onRevisions={() => showRevisions()}
      />
      <p className="editor-state" role="status">
        {items.length} actions, {problems.length === 0 ? 'nothing to mend' : `${problems.length} to mend`}
        {warnings.length > 0 && `, ${warnings.length} to think over`}
        {settings.trace === true &&
          ` · its calls are traced${settings.trace_digits === 'mask' ? ', without digits' : ''}`}
        {isChanged && ' · not saved'}
        {callId !== undefined && ' · the way of a call is lit'}
      </p>
      <RanBefore
        ran={callWay.revisions}
        now={saving.revision}
        isStored={!isChanged}
        onCompare={showRevisions}
      />
      <div className={`editor ${pane ? 'with-pane' : ''}`}>
        <section className="canvas" aria-label="Flow">
          <ReactFlowProvider>
            <Canvas
              items={items}
              ways={ways}
              positions={positions}
              verdict={verdict}
              selected={selected}
              lit={pane === 'Simulate' ? simulation.lit : callWay.lit}
              name={name}
              numbers={dialled}
              onSelect={setSelected}
              onOpen={open}
              onMove={place}
              onConnect={(from, way, to) => change({ items: connect(items, from, way, to) })}
              onDisconnect={(from, way) => change({ items: connect(items, from, way, undefined) })}
              onRemove={removeAll}
              onDropAction={(type, point, after) => add(type, after, point)}
            />
          </ReactFlowProvider>
        </section>
        {pane === 'Simulate' && <SimulatePane simulation={simulation} onClose={() => setPane(undefined)} />}
        {pane === 'JSON' && (
          <Failing place={pane}>
            <Suspense fallback={<Waiting />}>
              <JsonPane
                actions={actions}
                onChange={(read) => change({ items: itemsOf(read, items) }, 'json')}
                onUnread={setUnread}
              />
            </Suspense>
          </Failing>
        )}
        <CatalogueList catalogue={catalogue} onChoose={choose} />
      </div>
      {dialog === 'revisions' && (
        <Revisions
          flowId={flow.id}
          now={saving.revision}
          before={comparedWith}
          onClose={() => setDialog(undefined)}
          onRestored={onRestored}
        />
      )}
      {dialog === 'numbers' && (
        <NumbersDialog flowId={flow.id} numbers={numbers} onClose={() => setDialog(undefined)} />
      )}
      {dialog === 'settings' && (
        <SettingsDialog
          value={settings}
          onDone={(settings) => {
            change({ settings });
            setDialog(undefined);
          }}
          onCancel={() => setDialog(undefined)}
        />
      )}
      {opened && (
        <ActionDialog
          key={opened.key}
          items={items}
          itemKey={opened.key}
          catalogue={catalogue}
          components={components}
          onDone={(action) => {
            const changed = replace(items, opened.key, action, catalogue);
            change({ items: changed }, opened.isNew ? opened.key : undefined);
            setOpened(undefined);
          }}
          onCancel={cancel}
          onRemove={() => {
            removeAll([opened.key]);
            setOpened(undefined);
          }}
        />
      )}
    </>
  );
}

function lastPlace(items: ReturnType<typeof itemsOf>): Place | undefined {
  const last = items.at(-1);
  return last && { key: last.key };
}
