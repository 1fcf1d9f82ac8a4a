import type { Dispatcher } from 'undici';

/**
 * Tells when a request begins to go out: there is a connection then, made up with TLS, and from then on the server may
 * have it. Until then it can be made again without harm.
 */
export function whenSent(tell: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const start = handler.onRequestStart;
    handler.onRequestStart = (...begun) => {
      tell();
      start?.apply(handler, begun);
    };
    return dispatch(options, handler);
  };
}
