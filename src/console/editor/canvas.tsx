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
  useStore,
} from '@xyflow/react';
import { type DragEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { Problem } from '../lib/api.ts';
import { useSame } from '../lib/use-same.ts';
import { ActionNode, StartNode, wordOf } from './action-node.tsx';
import { dragged } from './catalogue-list.tsx';
import { type Point, type Positions, size } from './layout.ts';
import { type Lit, stepName } from './lit.ts';
import { type Items, type Place, start, type Way, type Ways } from './model.ts';
import { type ActionNodeData, type ActionNodeType, actionNode, startNode } from './nodes.ts';
import { problemsByAction } from './problems.ts';
import type { Verdict } from './verdict.ts';

export interface CanvasProps {
  readonly items: Items;
  readonly ways: Ways;
  readonly positions: Positions;
  readonly verdict: Verdict;
  readonly selected: string | undefined;
  /** What a call has gone through. */
  readonly lit: Lit;
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

const words = { 'controls.ariaLabel': 'How much is seen' };
const keysThatRemove = ['Delete', 'Backspace'];

/** The flow as a graph. What it is given stays the same while a node is dragged: for each that is new it looks through all of itself. */
export function Canvas(props: CanvasProps) {
  const { onSelect, onOpen, onMove, onConnect, onDisconnect, onRemove, onDropAction } = props;
  const { screenToFlowPosition } = useReactFlow();
  const [chosenWay, setChosenWay] = useState<string>();
  const nodes = useNodes(props);
  const edges = useEdges(props, chosenWay);
  // Small, and of no use before the flow itself is there.
  const hasMap = useDeferredValue(nodes.length > 12, false);
  const [firstSeen] = useState(() => ({ maxZoom: 1, nodes: atFirst(nodes) }));
  useFollowing(props);

  const changeNodes = useSame((changes: readonly NodeChange[]): void => {
    const moved = new Map<string, Point>();
    const removed: string[] = [];
    for (const change of changes) {
      if (change.type === 'position' && change.position) moved.set(change.id, change.position);
      if (change.type === 'remove') removed.push(change.id);
      if (change.type === 'select' && change.selected) onSelect(change.id === start ? undefined : change.id);
    }
    if (moved.size > 0) onMove(moved);
    if (removed.length > 0) onRemove(removed);
  });
  const changeEdges = useSame((changes: readonly EdgeChange[]): void => {
    for (const change of changes) {
      if (change.type === 'select' && change.selected) {
        setChosenWay(change.id);
        onSelect(undefined); // one thing is chosen: *Delete* removes that
      } else if (change.type === 'select' || change.type === 'remove') {
        setChosenWay((before) => (before === change.id ? undefined : before));
      }
      const edge = change.type === 'remove' ? edges.find(({ id }) => id === change.id) : undefined;
      if (edge?.sourceHandle) onDisconnect(edge.source, edge.sourceHandle);
    }
  });
  const connect = useSame(({ source, sourceHandle, target }: Connection): void => {
    if (sourceHandle) onConnect(source, sourceHandle, target);
  });
  const open = useSame((_: unknown, { id }: Node): void => {
    if (id !== start) onOpen(id);
  });
  // The beginning has nothing to be chosen for.
  const press = useSame((_: unknown, { id }: Node): void => {
    if (id === start) onOpen(id);
  });
  const leave = useSame((): void => onSelect(undefined));
  const drop = useSame((event: DragEvent): void => {
    const type = event.dataTransfer.getData(dragged);
    if (type === '') return;
    event.preventDefault();
    const { clientX: x, clientY: y } = event;
    onDropAction(type, screenToFlowPosition({ x, y }), placeAt(x, y, edges));
  });
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      onNodesChange={changeNodes}
      onEdgesChange={changeEdges}
      onConnect={connect}
      onNodeClick={press}
      onNodeDoubleClick={open}
      onPaneClick={leave}
      onDragOver={allowDrop}
      onDrop={drop}
      deleteKeyCode={keysThatRemove}
      onBeforeDelete={atOnce}
      onlyRenderVisibleElements={nodes.length > 100}
      minZoom={0.1}
      fitView
      fitViewOptions={firstSeen}
      ariaLabelConfig={words}
    >
      <Background />
      <Controls showInteractive={false} />
      {hasMap && <MiniMap pannable zoomable ariaLabel="The whole flow" />}
    </ReactFlow>
  );
}

/** The ways to an action go with it, in one change: none of them is removed by itself. */
async function atOnce({ nodes, edges }: { readonly nodes: Node[]; readonly edges: Edge[] }) {
  return { nodes, edges: nodes.length === 0 ? edges : [] };
}

function allowDrop(event: DragEvent): void {
  event.preventDefault();
  event.dataTransfer.dropEffect = 'copy';
}

/** What is seen at first: all of a flow, or of a large one as much as can be read, from its beginning. */
function atFirst(nodes: readonly Node[]): Node[] {
  const [first] = nodes;
  const { x, y } = first?.position ?? { x: 0, y: 0 };
  return nodes.filter(({ position }) => Math.abs(position.x - x) < most.x && position.y - y < most.y);
}

const most = { x: 800, y: 800 };

/** The action that a call is at is in sight while it goes. */
function useFollowing({ lit: { now }, positions }: CanvasProps): void {
  const { getViewport, setCenter } = useReactFlow();
  const { width, height } = useStore(sizeOfCanvas, isSame);
  const latest = useRef(positions);
  latest.current = positions;
  useEffect(() => {
    const place = now === undefined ? undefined : latest.current.get(now);
    if (!place) return;
    const { x, y, zoom } = getViewport();
    const [left, top] = [place.x * zoom + x, place.y * zoom + y];
    const isSeen =
      left >= 0 && top >= 0 && left + size.width * zoom <= width && top + size.height * zoom <= height;
    if (!isSeen) void setCenter(place.x + size.width / 2, place.y + size.height / 2, { zoom });
  }, [now, getViewport, setCenter, width, height]);
}

const sizeOfCanvas = ({ width, height }: { readonly width: number; readonly height: number }) => ({
  width,
  height,
});

/** A node, and what it was made of. */
interface Made {
  readonly of: readonly unknown[];
  readonly node: ActionNodeType;
}

/** What has not changed is the same node as before, and is not drawn again; nor made, where it would be made of the same. */
function useNodes({ items, ways, positions, verdict, selected, lit, name, numbers }: CanvasProps): Node[] {
  const made = useRef<ReadonlyMap<string, Made>>(new Map());
  const problems = useMemo(() => problemsByAction(verdict.problems), [verdict]);
  const warnings = useMemo(() => problemsByAction(verdict.warnings), [verdict]);
  const begin = positions.get(start);
  const first = useMemo(() => startNode(begin, { name, numbers }), [begin, name, numbers]);
  const others = useMemo(() => {
    const all = items.map(({ key, action }, index): [string, Made] => {
      const data: ActionNodeData = {
        action,
        ways: ways.get(key) ?? noWays,
        problems: problems.get(index) ?? none,
        warnings: warnings.get(index) ?? none,
        isLit: lit.keys.has(key),
        isNow: lit.now === key,
      };
      const place = positions.get(key);
      const isSelected = key === selected;
      const of = [place, isSelected, ...Object.values(data)];
      const before = made.current.get(key);
      if (before?.of.every((each, at) => each === of[at])) return [key, before];
      const node = { ...actionNode(key, place, data), selected: isSelected };
      return [key, { of, node: before && isSame(before.node, node) ? before.node : node }];
    });
    made.current = new Map(all);
    return all.map(([, { node }]) => node);
  }, [items, ways, positions, problems, warnings, selected, lit]);
  return useMemo(() => [first, ...others], [first, others]);
}

const none: readonly Problem[] = [];
const noWays: readonly Way[] = [];

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const [a, b] = [Object.entries(one), Object.entries(other)];
  return (
    a.length === b.length && a.every(([key, value]) => isSame(value, (other as Record<string, unknown>)[key]))
  );
}

function useEdges({ items, ways, lit }: CanvasProps, chosen: string | undefined): Edge[] {
  const edges = useMemo(() => {
    const names = new Map(items.map(({ key, action }) => [key, action.id || action.type]));
    const labelled = (source: string, target: string, way: Way): Edge => ({
      ...edge(source, target, way, lit),
      ariaLabel: `${names.get(source) ?? 'beginning'}, ${wordOf(way.name)}, leads to ${names.get(target)}`,
    });
    return [...ways].flatMap(([key, own]) =>
      own.flatMap((way) => (way.to === undefined ? [] : [labelled(key, way.to, way)])),
    );
  }, [items, ways, lit]);
  return useMemo(
    () => edges.map((each) => (each.id === chosen ? { ...each, selected: true } : each)),
    [edges, chosen],
  );
}

function edge(source: string, target: string, { name, isWritten }: Way, lit: Lit): Edge {
  return {
    id: `${source}/${name}`,
    source,
    sourceHandle: name,
    target,
    targetHandle: 'in',
    markerEnd: arrow,
    className: `${classOf(name)} ${lit.steps.has(stepName(source, target)) ? 'lit' : ''}`,
    deletable: isWritten,
    ...(isPlain(name) ? {} : { label: wordOf(name) }),
  };
}

function classOf(way: string): string {
  if (way === 'on_error_id') return 'error';
  return isPlain(way) ? '' : 'target';
}

/** What just goes on needs no word. */
function isPlain(way: string): boolean {
  return way === 'next' || way === 'begin';
}

/** On what something was dropped: a way, or the action that it comes behind. */
function placeAt(x: number, y: number, edges: readonly Edge[]): Place | undefined {
  for (const element of document.elementsFromPoint(x, y)) {
    const id = element.closest('.react-flow__edge')?.getAttribute('data-id');
    const edge = edges.find((each) => each.id === id);
    if (edge?.source === start) return { key: start };
    if (edge?.sourceHandle) return { key: edge.source, way: edge.sourceHandle };
    const key = element.closest('.react-flow__node')?.getAttribute('data-id');
    if (key) return { key };
  }
  return undefined;
}
