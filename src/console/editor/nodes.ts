import { type Node, type NodeHandle, Position } from '@xyflow/react';
import type { Problem } from '../lib/api.ts';
import { type Point, size, widthOf } from './layout.ts';
import { type ActionJson, handlesOf, start, type Way } from './model.ts';

export type ActionNodeData = {
  readonly action: ActionJson;
  readonly ways: readonly Way[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** A call was here. */
  readonly isLit: boolean;
  /** It is here now. */
  readonly isNow: boolean;
};

export type ActionNodeType = Node<ActionNodeData, 'action'>;
export type StartNodeType = Node<{ readonly name: string; readonly numbers: readonly string[] }, 'start'>;

/** In pixels; as the sheet has it. */
const handleSize = 11;
const nowhere: Point = { x: 0, y: 0 };

export function actionNode(key: string, position: Point = nowhere, data: ActionNodeData): ActionNodeType {
  const width = widthOf(data.ways);
  const names = handlesOf(data.ways);
  return {
    id: key,
    type: 'action',
    position,
    data,
    ...fixed(width),
    handles: [
      { ...handle('in', 'target', width / 2), y: -handleSize / 2, position: Position.Top },
      ...names.map((name, index) => handle(name, 'source', middleOf(index, names.length, width))),
    ],
    ariaLabel: ariaLabel(data),
  };
}

export function startNode(position: Point = nowhere, data: StartNodeType['data']): StartNodeType {
  const { width } = size;
  return {
    id: start,
    type: 'start',
    position,
    data,
    ...fixed(width),
    handles: [handle('begin', 'source', width / 2)],
    deletable: false,
    ariaLabel: `beginning of ${data.name || 'a new flow'}, ${numbersText(data.numbers)}. Enter opens its numbers`,
  };
}

export function numbersText(numbers: readonly string[]): string {
  return numbers.length === 0 ? 'no number' : numbers.join(', ');
}

/** Where on the lower edge one of so many ways begins, from the left. */
export function middleOf(index: number, count: number, width: number): number {
  return ((index + 0.5) * width) / count;
}

/** The size is known before anything is drawn: so nothing has to be drawn and measured that is not in sight. */
function fixed(width: number) {
  const { height } = size;
  return { width, height, measured: { width, height } };
}

function handle(id: string, type: 'source' | 'target', middle: number): NodeHandle {
  return {
    id,
    type,
    position: Position.Bottom,
    x: middle - handleSize / 2,
    y: size.height - handleSize / 2,
    width: handleSize,
    height: handleSize,
  };
}

function ariaLabel({ action: { type, id }, problems }: ActionNodeData): string {
  const wrong = problems.length === 0 ? '' : `, ${problems.length} problems`;
  return `${type.replaceAll('_', ' ')} ${id ?? ''}${wrong}. Enter opens it, Delete removes it`;
}
