import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { actionTitle } from '../lib/format.ts';
import { widthOf } from './layout.ts';
import { type ActionJson, handlesOf } from './model.ts';
import { type ActionNodeType, middleOf, numbersText, type StartNodeType } from './nodes.ts';

/** An action: what it is, the ways out of it, what is wrong. Its parameters are in its form, and neither URL nor method here. */
export const ActionNode = memo(function ActionNode({ data, selected }: NodeProps<ActionNodeType>) {
  const { action, ways, problems, warnings, isLit, isNow } = data;
  const text = textOf(action);
  const classes = { selected, wrong: problems.length > 0, lit: isLit, now: isNow };
  const names = handlesOf(ways);
  return (
    <div className={['node', ...classesOf(classes)].join(' ')}>
      <Handle type="target" position={Position.Top} id="in" />
      <p>
        <strong>{actionTitle(action.type)}</strong>
        {action.id && !/^[0-9a-f-]{36}$/.test(action.id) && <small> {action.id}</small>}
      </p>
      {text !== '' && <p>{text}</p>}
      {problems.length > 0 && (
        <p className="problem" title={problems.map(({ path, message }) => `${path}: ${message}`).join('\n')}>
          {problems[0]?.path}: {problems[0]?.message}
        </p>
      )}
      {problems.length === 0 && warnings[0] && (
        <p className="warning" title={warnings.map(({ message }) => message).join('\n')}>
          {warnings[0].message}
        </p>
      )}
      <div className="ways">
        {names.map((name) => (
          <span key={name} className={name === 'on_error_id' ? 'error' : ''}>
            {wordOf(name)}
          </span>
        ))}
      </div>
      {names.map((name, index) => (
        <Handle
          key={name}
          type="source"
          position={Position.Bottom}
          id={name}
          className={name === 'on_error_id' ? 'error' : ''}
          style={{ left: middleOf(index, names.length, widthOf(ways)) }}
        />
      ))}
    </div>
  );
});

function classesOf(classes: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.keys(classes).filter((name) => classes[name]);
}

/** `targets.1` → `1`, `no_input_target_id` → `no input` */
export function wordOf(way: string): string {
  if (way === 'on_error_id') return 'error';
  return (way.split('.')[1] ?? way.replace(/_?(target)?_id$/, '').replaceAll('_', ' ')) || 'target';
}

/** What is said to the caller, or waited for, if anything short says it. */
function textOf({ option = {} }: ActionJson): string {
  const { text, prompts, duration } = option;
  if (typeof text === 'string') return short(text);
  const [first] = Array.isArray(prompts) ? (prompts as readonly { readonly text?: unknown }[]) : [];
  if (typeof first?.text === 'string') return short(first.text);
  return typeof duration === 'number' ? `${duration / 1_000} s` : '';
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 58)}…` : text;
}

/** Where a flow begins, with the numbers that lead to it. */
export const StartNode = memo(function StartNode({ data: { name, numbers } }: NodeProps<StartNodeType>) {
  return (
    <div className="node start" title="Its numbers">
      <strong>{name || 'New flow'}</strong>
      <p>{numbersText(numbers)}</p>
      <Handle type="source" position={Position.Bottom} id="begin" isConnectable={false} />
    </div>
  );
});
