interface RanBeforeProps {
  /** The forms of the flow that a call has run. */
  readonly ran: readonly number[];
  /** The one that is being edited. */
  readonly now: number;
  /** Whether what is on the screen is what is stored. */
  readonly isStored: boolean;
  readonly onCompare: (revision: number) => void;
}

/** Says that a call has run what the flow was before it was changed, and shows what that was. */
export function RanBefore({ ran, now, isStored, onCompare }: RanBeforeProps) {
  const before = ran.filter((revision) => revision !== now);
  if (before.length === 0) return null;
  return (
    <div className="notice ran-before">
      <span>
        The call ran revision {before.join(', ')}; this is revision {now}. Its way is lit as far as its
        actions are there still.
      </span>
      {before.map((revision) => (
        <button
          key={revision}
          type="button"
          disabled={!isStored}
          title={isStored ? undefined : 'Save it first'}
          onClick={() => onCompare(revision)}
        >
          Compare with revision {revision}
        </button>
      ))}
    </div>
  );
}
