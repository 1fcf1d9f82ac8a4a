import {
  Background,
  type Connection,
  Controls,
  type Edge,
  type EdgeChange,
  MarkerType,
  MiniMap,
  type Node,
  type NodeChange,
  ReactFlow,
  useReactFlow,
} from '@xyflow/react';
import { type DragEvent, useMemo } from 'react';
import type { Problem } from '../lib/api.ts';
import { stepName } from '../lib/timeline.ts';
import { ActionNode, type ActionNodeType, StartNode, type StartNodeType, wordOf } from './action-node.tsx';
import { dragged } from './catalogue-list.tsx';
import { problemsOf } from './flow.ts';
import { type Point, type Positions, start } from './layout.ts';
import { type Catalogue, type Items, type Place, waysOf } from './model.ts';
import type { CallWay } from './use-call-way.ts';
import type { Verdict } from './verdict.ts';

export interface CanvasProps {
  readonly items: Items;
  readonly catalogue: Catalogue;
  readonly positions: Positions;
  readonly verdict: Verdict;
  readonly selected: string | undefined;
  /** What a call has gone through. */
  readonly lit: CallWay;
  readonly name: string;
  readonly numbers: readonly string[];
  readonly onSelect: (key: string | undefined) => void;
  readonly onOpen: (key: string) => void;
  readonly onMove: (moved: ReadonlyMap<string, Point>) => void;
  readonly onConnect: (from: string, way: string, to: string) => void;
  readonly onDisconnect: (from: string, way: string) => void;
  readonly onRemove: (keys: readonly string[]) => void;
  readonly onDropAction: (type: string, point: Point, place: Place | undefined) => void;
}

const nodeTypes = { action: ActionNode, start: StartNode };
const arrow = { type: MarkerType.ArrowClosed, width: 18, height: 18 };

/** The flow as a graph. */
export function Canvas(props: CanvasProps) {
  const { onSelect, onOpen, onMove, onConnect, onDisconnect, onRemove, onDropAction } = props;
  const { screenToFlowPosition } = useReactFlow();
  const nodes = useNodes(props);
  const edges = useEdges(props);

  const changeNodes = (changes: readonly NodeChange[]): void => {
    const moved = new Map<string, Point>();
    const removed: string[] = [];
    for (const change of changes) {
      if (change.type === 'position' && change.position) moved.set(change.id, change.position);
      if (change.type === 'remove') removed.push(change.id);
      if (change.type === 'select' && change.selected) onSelect(change.id === start ? undefined : change.id);
    }
    if (moved.size > 0) onMove(moved);
    if (removed.length > 0) onRemove(removed);
  };
  const changeEdges = (changes: readonly EdgeChange[]): void => {
    for (const change of changes) {
      const edge = change.type === 'remove' ? edges.find(({ id }) => id === change.id) : undefined;
      if (edge?.sourceHandle) onDisconnect(edge.source, edge.sourceHandle);
    }
  };
  const drop = (event: DragEvent): void => {
    const type = event.dataTransfer.getData(dragged);
    if (type === '') return;
    event.preventDefault();
    const { clientX: x, clientY: y } = event;
    onDropAction(type, screenToFlowPosition({ x, y }), placeAt(x, y, edges));
  };
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      onNodesChange={changeNodes}
      onEdgesChange={changeEdges}
      onConnect={({ source, sourceHandle, target }: Connection) =>
        sourceHandle && onConnect(source, sourceHandle, target)
      }
      onNodeDoubleClick={(_, { id }) => id !== start && onOpen(id)}
      onPaneClick={() => onSelect(undefined)}
      onDragOver={(event) => {
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      }}
      onDrop={drop}
      deleteKeyCode={['Delete', 'Backspace']}
      onlyRenderVisibleElements={nodes.length > 100}
      minZoom={0.1}
      fitView
      fitViewOptions={{ maxZoom: 1 }}
      ariaLabelConfig={{ 'controls.ariaLabel': 'How much is seen' }}
    >
      <Background />
      <Controls showInteractive={false} />
      {nodes.length > 12 && <MiniMap pannable zoomable ariaLabel="The whole flow" />}
    </ReactFlow>
  );
}

function useNodes({
  items,
  catalogue,
  positions,
  verdict,
  selected,
  lit,
  name,
  numbers,
}: CanvasProps): Node[] {
  return useMemo(() => {
    const at = (key: string): Point => positions.get(key) ?? { x: 0, y: 0 };
    const first: StartNodeType = {
      id: start,
      type: 'start',
      position: at(start),
      data: { name, numbers },
      deletable: false,
    };
    const others = items.map(({ key, action }, index): ActionNodeType => {
      const problems = problemsOf(verdict.problems, index);
      const ways = waysOf(items, index, catalogue);
      const isLit = action.id !== undefined && lit.ids.has(action.id);
      const data = { action, ways, problems, warnings: problemsOf(verdict.warnings, index), isLit };
      return {
        id: key,
        type: 'action',
        position: at(key),
        selected: key === selected,
        data,
        ariaLabel: ariaLabel(action, problems),
      };
    });
    return [first, ...others];
  }, [items, catalogue, positions, verdict, selected, lit, name, numbers]);
}

function ariaLabel({ type, id }: ActionNodeType['data']['action'], problems: readonly Problem[]): string {
  const wrong = problems.length === 0 ? '' : `, ${problems.length} problems`;
  return `${type.replaceAll('_', ' ')} ${id ?? ''}${wrong}. Enter opens it, Delete removes it`;
}

function useEdges({ items, catalogue, lit }: CanvasProps): Edge[] {
  return useMemo(() => {
    const idOf = new Map(items.map(({ key, action }) => [key, action.id ?? '']));
    const [first] = items;
    const begin: Edge[] = first
      ? [
          {
            id: 'begin',
            source: start,
            sourceHandle: 'begin',
            target: first.key,
            deletable: false,
            markerEnd: arrow,
          },
        ]
      : [];
    const others = items.flatMap(({ key }, index) =>
      waysOf(items, index, catalogue).flatMap(({ name, to, isWritten }): Edge[] => {
        if (to === undefined) return [];
        return [
          {
            id: `${key}/${name}`,
            source: key,
            sourceHandle: name,
            target: to,
            targetHandle: 'in',
            markerEnd: arrow,
            className: `${classOf(name)} ${lit.steps.has(stepName(idOf.get(key) ?? '', idOf.get(to) ?? '')) ? 'lit' : ''}`,
            deletable: isWritten,
            ...(name === 'next' ? {} : { label: wordOf(name) }),
          },
        ];
      }),
    );
    return [...begin, ...others];
  }, [items, catalogue, lit]);
}

function classOf(way: string): string {
  if (way === 'on_error_id') return 'error';
  return way === 'next' ? '' : 'target';
}

/** On what something was dropped: a way, or the action that it comes behind. */
function placeAt(x: number, y: number, edges: readonly Edge[]): Place | undefined {
  for (const element of document.elementsFromPoint(x, y)) {
    const id = element.closest('.react-flow__edge')?.getAttribute('data-id');
    const edge = edges.find((each) => each.id === id);
    if (edge?.id === 'begin') return { key: start };
    if (edge?.sourceHandle) return { key: edge.source, way: edge.sourceHandle };
    const key = element.closest('.react-flow__node')?.getAttribute('data-id');
    if (key) return { key };
  }
  return undefined;
}
