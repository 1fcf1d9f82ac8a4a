import { type Block, blocksOf, type Inline } from '../lib/markdown.ts';

/** A note as it is read. Nothing of it is ever taken for HTML. */
export function Markdown({ text }: { readonly text: string }) {
  return (
    <div className="note">
      {blocksOf(text).map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they have no other name than their place
        <OneBlock key={index} block={block} />
      ))}
    </div>
  );
}

function OneBlock({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'code':
      return <pre>{block.text}</pre>;
    case 'heading':
      return (
        <p>
          <strong>
            <Inlines of={block.children} />
          </strong>
        </p>
      );
    case 'list': {
      const Tag = block.isOrdered ? 'ol' : 'ul';
      return (
        <Tag>
          {block.items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <li key={index}>
              <Inlines of={item} />
            </li>
          ))}
        </Tag>
      );
    }
    default:
      return (
        <p>
          <Inlines of={block.children} />
        </p>
      );
  }
}

function Inlines({ of }: { readonly of: readonly Inline[] }) {
  return of.map((inline, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: see above
    <OneInline key={index} inline={inline} />
  ));
}

function OneInline({ inline }: { readonly inline: Inline }) {
  if (typeof inline === 'string') return inline;
  switch (inline.kind) {
    case 'code':
      return <code>{inline.text}</code>;
    case 'link':
      return (
        <a href={inline.href} target="_blank" rel="noopener noreferrer">
          <Inlines of={inline.children} />
        </a>
      );
    default: {
      const Tag = inline.kind;
      return (
        <Tag>
          <Inlines of={inline.children} />
        </Tag>
      );
    }
  }
}
