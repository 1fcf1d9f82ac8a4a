import { Component, type ReactNode } from 'react';
import { wordsOf } from '../lib/api.ts';

interface FailingProps {
  /** Where we are: elsewhere all is well again. */
  readonly place: string;
  readonly children: ReactNode;
}

interface State {
  readonly message: string | undefined;
}

/** A page that cannot be drawn, or that the daemon does not hand out just now, takes nothing around it with it. */
export class Failing extends Component<FailingProps, State> {
  override state: State = { message: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { message: wordsOf(error) };
  }

  override componentDidUpdate({ place }: FailingProps): void {
    if (place !== this.props.place) this.setState({ message: undefined });
  }

  override render(): ReactNode {
    const { message } = this.state;
    if (message === undefined) return this.props.children;
    return (
      <div>
        <h1>This has failed</h1>
        <p className="notice bad" role="alert">
          {message}
        </p>
        <button type="button" onClick={() => location.reload()}>
          Load it again
        </button>
      </div>
    );
  }
}
